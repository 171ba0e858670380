import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeSnmpTrap } from "../dist/simulator/traps/snmp-trap.js";
import { startMeasurement } from "./child.mjs";
import { freePort } from "./exporter.mjs";

const PER_SECOND = 10_000;
const TICK_MS = 10;
const PET = "1.3.6.1.4.1.3183.1.1";

/** The rows about a flood of forged traps: from strangers, and with the address of a BMC. */
export async function trapRows({ seconds }) {
  const port = await freePort();
  const receiver = await startMeasurement("./traps.mjs", { port }, ["--expose-gc"]);
  const flood = async (address) => {
    const socket = createSocket({ type: "udp4", lookup: (name, _options, callback) => callback(null, name, 4) });
    await new Promise((resolve) => socket.bind({ address, port: 0 }, resolve));
    let sent = 0;
    await receiver.round({ what: "begin" });
    const begun = performance.now();
    while (performance.now() - begun < seconds * 1000) {
      const due = ((performance.now() - begun) / 1000) * PER_SECOND;
      for (; sent < due; sent++) {
        const value = Buffer.alloc(47, sent & 0xff);
        value.writeUInt16BE(sent & 0xffff, 16);
        const trap = { community: "bench", enterprise: PET, agent: address, specific: 65_792, upTime: sent };
        socket.send(encodeSnmpTrap({ ...trap, variable: { oid: `${PET}.1`, value } }), port, "127.0.0.1");
      }
      await sleep(TICK_MS);
    }
    await sleep(200);
    socket.close();
    return { sent, ...(await receiver.round({ what: "end" })) };
  };
  try {
    const strangers = await flood("127.0.0.9");
    const forged = await flood("127.0.0.2");
    const cores = ({ cpuMs }) => cpuMs / 1000 / seconds;
    const limit = { limit: 0.25, unit: "cores", digits: 3, budget: "a quarter of a core" };
    return [
      [
        `${PER_SECOND} forged traps a second from strangers`,
        { value: cores(strangers), ...limit, note: `${strangers.sent} sent` },
      ],
      [
        "  with the address of a BMC",
        { value: cores(forged), ...limit, note: `${forged.outcomes.accepted ?? 0} decoded, the rest rate_limited` },
      ],
      ["  growth of the heap", { value: Math.max(0, forged.grown) / 2 ** 20, limit: 4, unit: "MiB" }],
    ];
  } finally {
    await receiver.close();
  }
}
