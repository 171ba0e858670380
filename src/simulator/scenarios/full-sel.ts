import type { Scenario } from "../bmc/misbehaviour.ts";

const CORRECTABLE_ECC = { sensorType: 0x0c, eventType: 0x6f, offset: 0 } as const;

/** The event log has been full for a long time: one memory error a minute, up to the last entry. */
export function fullSel(): Scenario {
  return ({ board }) => {
    const free = board.selFree;
    const start = board.clockSeconds() - free * 60;
    const sensor = board.model.sensors.find((s) => s.sensorType === CORRECTABLE_ECC.sensorType)?.number ?? 0;
    for (let n = 0; n <= free; n++) board.addEvent({ sensor, ...CORRECTABLE_ECC, timestamp: start + n * 60 });
    return { name: "full SEL" };
  };
}
