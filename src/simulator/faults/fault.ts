import type { HostPhysics } from "../physics/host.ts";
import type { Rack } from "../physics/rack.ts";
import type { ParameterSchema, Values, ValuesOf } from "./parameter.ts";

/** The effect of an active fault. */
export interface FaultEffect {
  /** For faults that develop over time. */
  advance?(seconds: number, nowMs: number): void;
  /** Clears the fault. */
  stop(): void;
}

/** Description of a fault in lists. */
interface FaultDescription {
  /** Snake case, stable. */
  readonly name: string;
  readonly title: string;
  /** What happens. */
  readonly description: string;
  /** What appears in the event log. */
  readonly logs: string;
  readonly parameters: ParameterSchema;
}

/** A fault of one machine. */
export interface HostFault extends FaultDescription {
  readonly scope: "host";
  start(host: HostPhysics, values: Values): FaultEffect;
}

/** A fault of a rack and of all machines in it. */
export interface RackFault extends FaultDescription {
  readonly scope: "rack";
  start(rack: Rack, values: Values): FaultEffect;
}

export type Fault = HostFault | RackFault;

type Written<Target, S extends ParameterSchema> = Omit<FaultDescription, "parameters"> & {
  readonly parameters: S;
  start(target: Target, values: ValuesOf<S>): FaultEffect;
};

/** Declares a fault of a machine, with typed parameters. */
export function hostFault<const S extends ParameterSchema>(written: Written<HostPhysics, S>): HostFault {
  return { scope: "host", ...written, start: (host, values) => written.start(host, values as ValuesOf<S>) };
}

/** Declares a fault of a rack. */
export function rackFault<const S extends ParameterSchema>(written: Written<Rack, S>): RackFault {
  return { scope: "rack", ...written, start: (rack, values) => written.start(rack, values as ValuesOf<S>) };
}
