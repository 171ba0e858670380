import type { Scenario } from "../bmc/misbehaviour.ts";

const CORRECTABLE_ECC = { sensorType: 0x0c, eventType: 0x6f, offset: 0 } as const;

/** The event log is full since long: memory errors up to the last entry, one a minute until now. */
export function fullSel(): Scenario {
  return ({ board }) => {
    const free = board.selFree;
    const start = board.clockSeconds() - free * 60;
    const sensor = board.model.sensors.find((s) => s.sensorType === CORRECTABLE_ECC.sensorType)?.number ?? 0;
    for (let n = 0; n <= free; n++) board.addEvent({ sensor, ...CORRECTABLE_ECC, timestamp: start + n * 60 });
    return { name: "full SEL" };
  };
}
