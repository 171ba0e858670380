import type { BootOperations } from "./boot.ts";
import type { ControllerOperations, SensorOperations } from "./controller.ts";
import type { DcmiOperations } from "./dcmi.ts";
import type { EventLogOperations } from "./event-log.ts";
import type { NetworkOperations } from "./network.ts";
import type { PowerOperations } from "./power.ts";
import type { RawOperations } from "./raw.ts";
import type { SolOperations } from "./sol.ts";
import type { UserOperations } from "./users.ts";

/**
 * What an operator can read and change over one session with one BMC, in model words.
 *
 * Reads are sent again if no answer comes. A change is sent once: where its answer is lost, the result is "answer_lost"
 * (`Acceptance`). Settings (`setBoot`, `setPowerPolicy`, users, channels, limits, clock) are read back instead, and sent
 * a second time only if the first one had no effect.
 *
 * All methods throw OperationError for failures, and the reason of the signal after an abort.
 */
export interface Operations
  extends PowerOperations,
    BootOperations,
    EventLogOperations,
    SensorOperations,
    ControllerOperations,
    DcmiOperations,
    NetworkOperations,
    UserOperations,
    SolOperations,
    RawOperations {}
