/**
 * traps - receives SNMP traps and informs of BMCs, finds the host, and has it polled at once. A trap is a hint: what counts
 * is the record that the poll reads. Knows SNMP and platform event traps; does not know how a host is polled.
 */
export { recordOfTrap } from "./confirmation.ts";
export { TRAP_KINDS, type TrapKind } from "./kinds.ts";
export { type Rejection, TrapReceiver, type TrapReceiverOptions, type TrapUser } from "./receiver.ts";
export { Senders } from "./senders.ts";
export { TRAP_OUTCOMES, type TrapOutcome, type TrapReport, TrapService, type TrapServiceParts } from "./service.ts";
export type { Trap } from "./trap.ts";
