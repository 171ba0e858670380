/**
 * operate - a question or a change over a selection of hosts: fan-out, stagger, verification, folded output, audit log.
 * It does not know the command line, and nothing that is served over HTTP uses it.
 */
export { AuditError, AuditLog } from "./audit.ts";
export { fanOutOver } from "./fan-out.ts";
export { type IdentifyResult, setIdentify } from "./identify.ts";
export { type HostTimes, Operator } from "./operator.ts";
export { exitCodeOf, Interrupted, type Outcome, remedyOf, UnconfirmedError, WrongStateError } from "./outcome.ts";
export { changePower, type PowerChange } from "./power.ts";
export { protectionProblem } from "./protect.ts";
export { lineOf, OUTPUTS, type Output, type Rendering, render, summaryOf } from "./render.ts";
export { type Stagger, stagger } from "./stagger.ts";
