import { type Failure, failureText } from "../model/index.ts";

/** Prints on standard error why a host could not be read, and what the reason means. */
export function printFailure(host: string, { reason, message }: Failure): void {
  // Many messages begin with the address of the BMC, which may be the name of the host.
  const about = message.startsWith(`${host}:`) ? message : `${host}: ${message}`;
  process.stderr.write(`lightsout: ${about}\nlightsout: ${reason}: ${failureText(reason)}\n`);
}
