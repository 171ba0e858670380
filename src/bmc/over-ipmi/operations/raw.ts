import { ALL_COMMANDS, type Answer, type Command, completionCodeMeaning, SilenceError } from "../../../ipmi/index.ts";
import type { RawOperations, RawRequest } from "../../operations/index.ts";
import type { OperationSession } from "./operation-session.ts";

/** The command with these numbers and, for group extensions and OEM commands, these first bytes. */
export function knownCommand({
  netFn,
  command,
  data,
}: Pick<RawRequest, "netFn" | "command" | "data">): Command<unknown, unknown> | undefined {
  return ALL_COMMANDS.find(
    (known) =>
      known.netFn === netFn && known.code === command && (known.prefix?.every((byte, i) => data[i] === byte) ?? true),
  );
}

/**
 * Whether a raw request only reads: it is a command that is known to read. Everything else counts as a change, and so
 * does Send Message, which may carry anything.
 */
export function onlyReads(request: Pick<RawRequest, "netFn" | "command" | "data">): boolean {
  const known = knownCommand(request);
  return known?.effect === "reads" && !HARMFUL.has(known.name);
}

/** Commands that change no setting, but end a session or carry another command. */
const HARMFUL: ReadonlySet<string> = new Set(["Send Message", "Close Session", "Set Session Privilege Level"]);

export function rawOperations(s: OperationSession): RawOperations {
  return {
    async raw(request) {
      const { netFn, command: code, data, lun, bridge } = request;
      const known = knownCommand(request);
      const effect = onlyReads(request) ? "reads" : "changes";
      const name = known?.name ?? "raw command";
      const command = { name, netFn, code, effect, confidential: known?.confidential } as const;
      let answer: Answer;
      try {
        answer = await s.send(command, data, { lun, bridge });
      } catch (error) {
        if (error instanceof SilenceError && effect === "changes") return "answer_lost";
        throw error;
      }
      const { completionCode } = answer;
      const meaning = known?.describeRefusal(completionCode) ?? completionCodeMeaning(completionCode).text;
      return { completionCode, meaning: completionCode === 0 ? "ok" : meaning, data: answer.data };
    },
  };
}
