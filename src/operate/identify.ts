import type { Operations } from "../bmc/index.ts";
import { UnconfirmedError } from "./outcome.ts";

/** The light as read back; absent if the BMC does not report it. */
export interface IdentifyResult {
  readonly light?: string;
}

/**
 * Switches the identify light and reads it back. A lost answer is followed by a look; the change may be sent again, which
 * does no harm.
 *
 * @param light seconds from 1 to 255, on until it is switched off, or off
 * @throws OperationError; UnconfirmedError if the BMC reports another state, or none after a lost answer
 */
export async function setIdentify(
  operations: Pick<Operations, "readIdentify" | "setIdentify">,
  light: number | "on" | "off",
): Promise<IdentifyResult> {
  let answer = await operations.setIdentify(light);
  let found = await operations.readIdentify();
  if (answer === "answer_lost" && !fits(found, light)) {
    answer = await operations.setIdentify(light);
    found = await operations.readIdentify();
  }
  if (fits(found, light) || (found === undefined && answer === "accepted")) return { light: found };
  throw new UnconfirmedError(
    found === undefined
      ? "identify was sent, and its answer was lost"
      : `identify was sent, and the BMC reports the light as ${found}`,
  );
}

/** Some BMCs report every light that is on as "on". */
const fits = (found: string | undefined, light: number | "on" | "off"): boolean =>
  light === "off" ? found === "off" : found === "on" || found === "timed";
