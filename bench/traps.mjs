/** Receives traps with the real receiver and service, without polls, and measures CPU time and memory of this process. */
import { silentLogger, systemClock } from "../dist/lib/index.js";
import { TrapReceiver, TrapService } from "../dist/traps/index.js";

const HOST = {
  name: "node1",
  address: "127.0.0.2",
  port: 623,
  module: "default",
  auth: "default",
  place: {},
  labels: {},
};

export async function start({ port }) {
  const outcomes = {};
  let hints = 0;
  const count = (outcome) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  };
  const service = new TrapService({
    clock: systemClock,
    log: silentLogger,
    report: { received: count, accepted: () => {}, confirmed: () => {} },
    hostOf: (address) => (address === HOST.address ? HOST : undefined),
    hostOfGuid: () => undefined,
    isRelay: () => false,
    hint: () => hints++,
    unconfirmed: () => {},
    rate: 200,
  });
  const receiver = await TrapReceiver.open({
    address: "127.0.0.1",
    port,
    communities: ["bench"],
    users: [],
    admit: (from) => service.admit(from),
    trap: (trap) => service.take(trap),
    rejected: (reason, from) => service.rejected(reason, from),
  });
  let used;
  let heap;
  return {
    round({ what }) {
      if (what === "begin") {
        globalThis.gc?.();
        used = process.cpuUsage();
        heap = process.memoryUsage().heapUsed;
        return {};
      }
      const { user, system } = process.cpuUsage(used);
      globalThis.gc?.();
      const grown = process.memoryUsage().heapUsed - heap;
      return { cpuMs: (user + system) / 1000, outcomes: { ...outcomes }, hints, grown };
    },
    close: () => {
      service.stop();
      receiver.close();
    },
  };
}
