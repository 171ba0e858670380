import type { Operations } from "../../operations/index.ts";
import type { OperationSession } from "./operation-session.ts";
import { powerOperations } from "./power.ts";

/** The operations over one IPMI session. */
export function ipmiOperations(session: OperationSession): Operations {
  return { ...powerOperations(session) } as Operations;
}
