import type { Component } from "../physics/condition.ts";
import type { HostPhysics } from "../physics/host.ts";
import { hostFault } from "./fault.ts";
import { choice, FaultParameterError, number } from "./parameter.ts";

type Removable = "psu" | "fan" | "drive" | "dimm";

/** How the sensors of a part that is not there answer. */
const ANSWERS = {
  refused: { absent: true },
  unavailable: { unavailable: true },
  not_scanned: { scanningDisabled: true },
} as const;
const PRESENT = { absent: false, unavailable: false, scanningDisabled: false } as const;

export const partRemoved = hostFault({
  name: "part_removed",
  title: "Part removed",
  description: "A supply, fan, drive or memory module is pulled out. None of its sensors has a reading or a state.",
  logs: "what the board reports about a part that is not present",
  parameters: {
    part: choice("kind of part", "psu", "fan", "drive", "dimm"),
    number: number("which of them, counted from 1", 1, 1, 255),
    sensors: choice("how its sensors answer", "refused", "unavailable", "not_scanned"),
  },
  start(host, { part, number: n, sensors }) {
    const count = host.wiring.conditions.count[part];
    if (!Number.isInteger(n) || n > count)
      throw new FaultParameterError(`part_removed: number must be a number from 1 to ${count}, not ${n}`);
    setPresent(host, part, n, false);
    for (const sensor of sensorsOf(host, part, n)) host.state?.setSensor(sensor, ANSWERS[sensors]);
    return {
      stop() {
        setPresent(host, part, n, true);
        for (const sensor of sensorsOf(host, part, n)) host.state?.setSensor(sensor, PRESENT);
      },
    };
  },
});

function setPresent(host: HostPhysics, part: Removable, n: number, isPresent: boolean): void {
  if (part === "psu") host.setSupply(n, isPresent ? "ok" : "absent");
  else if (part === "fan") host.setFanHealth(n, isPresent ? 1 : 0);
  else host.setCondition(part, n, isPresent ? "ok" : "absent");
}

/** Sensors that watch the part or measure something of it. */
function sensorsOf({ board }: HostPhysics, part: Component, n: number) {
  const measured = board.analog.filter(({ spec }) => spec.source[0].startsWith(`${part}_`) && spec.source[1] === n);
  const watched = [...board.analog, ...board.discrete].filter(
    ({ spec }) => spec.watches?.component === part && spec.watches.part === n,
  );
  return [...measured, ...watched].map(({ owner, number }) => ({ owner, number }));
}
