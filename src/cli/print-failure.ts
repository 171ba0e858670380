import { type Failure, failureText } from "../model/index.ts";

/** Prints on standard error why a host could not be read, and what the reason means. */
export function printFailure(host: string, { reason, message }: Failure): void {
  process.stderr.write(`lightsout: ${host}: ${message}\nlightsout: ${reason}: ${failureText(reason)}\n`);
}
