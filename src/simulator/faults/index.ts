/**
 * Faults of machines and racks, one file each. A fault changes the physics; readings, states and events follow
 * from it, as on a real board.
 */
import { nearest } from "../../lib/index.ts";
import { HostPhysics } from "../physics/host.ts";
import { Rack } from "../physics/rack.ts";
import type { RunningFault } from "../physics/running-fault.ts";
import { batteryLow } from "./battery-low.ts";
import { bmcHung } from "./bmc-hung.ts";
import { bmcRebooting } from "./bmc-rebooting.ts";
import { chassisOpened } from "./chassis-opened.ts";
import { clockWrong } from "./clock-wrong.ts";
import { driveFault } from "./drive-fault.ts";
import { eccStorm } from "./ecc-storm.ts";
import { fanStopped } from "./fan-stopped.ts";
import { fanWearingOut } from "./fan-wearing-out.ts";
import type { Fault, FaultEffect } from "./fault.ts";
import { inletRising } from "./inlet-rising.ts";
import { kernelPanic } from "./kernel-panic.ts";
import { loadHigh } from "./load-high.ts";
import { checkParameters, FaultParameterError, type Values } from "./parameter.ts";
import { partRemoved } from "./part-removed.ts";
import { processorFault } from "./processor-fault.ts";
import { psuFailed } from "./psu-failed.ts";
import { psuInputLost } from "./psu-input-lost.ts";
import { rackCoolingFailure } from "./rack-cooling-failure.ts";
import { rackFeedLost } from "./rack-feed-lost.ts";
import { rackPowerCut } from "./rack-power-cut.ts";
import { selFull } from "./sel-full.ts";
import { uncorrectableEcc } from "./uncorrectable-ecc.ts";
import { voltageOutOfRange } from "./voltage-out-of-range.ts";

export type { Fault } from "./fault.ts";
export type { Values } from "./parameter.ts";
export { FaultParameterError } from "./parameter.ts";

/** All faults. */
export const FAULTS: readonly Fault[] = [
  fanWearingOut,
  fanStopped,
  inletRising,
  rackCoolingFailure,
  eccStorm,
  uncorrectableEcc,
  psuInputLost,
  psuFailed,
  partRemoved,
  rackFeedLost,
  rackPowerCut,
  voltageOutOfRange,
  driveFault,
  processorFault,
  chassisOpened,
  batteryLow,
  loadHigh,
  kernelPanic,
  selFull,
  bmcHung,
  bmcRebooting,
  clockWrong,
];

/** An injected fault that has not been cleared. */
export interface ActiveFault extends RunningFault {
  readonly fault: Fault;
  /** Machine or rack. */
  readonly target: string;
  /** All parameters, defaults included. */
  readonly parameters: Values;
  /** Wall clock, ms. */
  readonly startedAtMs: number;
}

/**
 * Injects a fault into a machine or a rack. It stays active until `stop`; a second `stop` does nothing.
 *
 * @throws FaultParameterError for unknown faults and parameters, faults of the other scope, and values that are
 * invalid for this machine
 */
export function injectFault(target: HostPhysics | Rack, name: string, parameters: Values = {}): ActiveFault {
  const fault = FAULTS.find((candidate) => candidate.name === name);
  if (!fault) {
    const near = nearest(
      name,
      FAULTS.map((candidate) => candidate.name),
    );
    throw new FaultParameterError(`unknown fault ${name}${near ? `; did you mean ${near}?` : ""}`);
  }
  if ((fault.scope === "host") !== target instanceof HostPhysics)
    throw new FaultParameterError(`${name} is a fault of a ${fault.scope}, not of ${target.name}`);
  const values = checkParameters(name, fault.parameters, parameters, (component) =>
    target instanceof HostPhysics ? target.wiring.conditions.count[component] : 0,
  );
  const effect = begin(fault, target, values);
  let isStopped = false;
  const active: ActiveFault = {
    fault,
    name,
    target: target.name,
    parameters: values,
    startedAtMs: target.clock.wallMs(),
    advance: (seconds, nowMs) => effect.advance?.(seconds, nowMs),
    stop() {
      if (isStopped) return;
      isStopped = true;
      target.removeFault(active);
      effect.stop();
      show(target);
    },
  };
  target.addFault(active);
  show(target);
  return active;
}

function begin(fault: Fault, target: HostPhysics | Rack, values: Values): FaultEffect {
  if (fault.scope === "host" && target instanceof HostPhysics) return fault.start(target, values);
  if (fault.scope === "rack" && target instanceof Rack) return fault.start(target, values);
  throw new FaultParameterError(`${fault.name} is a fault of a ${fault.scope}, not of ${target.name}`);
}

/** Publishes the change at once; the machines of a rack publish it when they are read. */
function show(target: HostPhysics | Rack): void {
  if (target instanceof HostPhysics) target.refresh();
}
