import type { Operations } from "../../operations/index.ts";
import { bootOperations } from "./boot.ts";
import { controllerOperations } from "./controller.ts";
import { dcmiOperations } from "./dcmi.ts";
import { eventLogOperations } from "./event-log.ts";
import { networkOperations } from "./network.ts";
import type { OperationSession } from "./operation-session.ts";
import { powerOperations } from "./power.ts";
import { rawOperations } from "./raw.ts";
import { SensorWords, sensorOperations } from "./sensors.ts";
import { solOperations } from "./sol.ts";
import { userOperations } from "./users.ts";

/** The operations over one IPMI session. */
export function ipmiOperations(session: OperationSession): Operations {
  const words = new SensorWords(session);
  return {
    ...powerOperations(session),
    ...bootOperations(session),
    ...eventLogOperations(session, words),
    ...sensorOperations(session, words),
    ...controllerOperations(session, words),
    ...dcmiOperations(session),
    ...networkOperations(session),
    ...userOperations(session),
    ...solOperations(session),
    ...rawOperations(session),
  };
}
