import { type ConnectionOptions, IpmiConnection } from "../../../src/ipmi/session/connection.ts";
import { credentials } from "../../../src/ipmi/session/credentials.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { countingObserver } from "./counting-observer.ts";
import type { ScriptedBmc } from "./scripted-bmc.ts";

/** A connection to a scripted BMC on a fake clock, and what it reports. */
export function connectionTo(bmc: ScriptedBmc, options: Partial<ConnectionOptions> = {}) {
  const clock = new FakeClock();
  const { observer, count } = countingObserver();
  const connection = new IpmiConnection({
    transport: bmc.transport,
    remote: { address: "192.0.2.1", port: 623 },
    clock,
    observer,
    login: { credentials: credentials("admin", "secret"), privilege: 2 },
    ...options,
  });
  const logins = (): number => bmc.count("Open Session 17");
  return { clock, connection, count, logins };
}
