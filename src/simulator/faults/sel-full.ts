import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import type { HostPhysics } from "../physics/host.ts";
import { hostFault } from "./fault.ts";

/** Firmware progress, "starting operating system": most entries of old logs. */
const FIRMWARE_PROGRESS = 2;
const OS_BOOT = 0x13;
const BIOS = 0x01;
const DATA2_SPECIFIC = 0x0c;
const SENSOR_SPECIFIC = 0x6f;
const SEL_FULL = 4;
const ALMOST_FULL = 0.92;
const HOUR_SECONDS = 3600;

/** Fills the log with one record an hour, the last one an hour ago. */
function fill(host: HostPhysics, entries: number): void {
  const { state } = host;
  if (!state) return;
  const now = state.clockSeconds();
  for (let left = entries - state.selEntries; left > 0; left--) {
    state.addEvent({
      sensor: { owner: BIOS, number: 0 },
      sensorType: SensorType.SystemFirmware,
      eventType: SENSOR_SPECIFIC,
      offset: FIRMWARE_PROGRESS,
      dataUse: DATA2_SPECIFIC,
      data2: OS_BOOT,
      timestamp: now - left * HOUR_SECONDS,
    });
  }
}

export const selFull = hostFault({
  name: "sel_full",
  title: "Event log full",
  description: "The event log fills up with old entries. Boards that stop logging then lose later events.",
  logs: "almost full and full, where the board has an event log sensor",
  parameters: {},
  start(host) {
    let isDone = false;
    const work = (): void => {
      const { state } = host;
      const capacity = host.board.plan.sel.capacity;
      if (isDone || !state) return;
      isDone = true;
      fill(host, Math.ceil(capacity * ALMOST_FULL));
      host.refresh();
      fill(host, capacity - 1);
      const log = host.wiring.states.find((wire) => wire.place === host.wiring.conditions.base.log);
      if (log) state.addEvent({ sensor: log.address, offset: SEL_FULL });
      fill(host, capacity);
    };
    work();
    return { advance: work, stop: () => host.state?.clearSel() };
  },
});
