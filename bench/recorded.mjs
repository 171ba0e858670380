/** Requests per poll of recorded machines, with simulated BMCs in this process. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { BmcPool, SdrCache } from "../dist/bmc/index.js";
import { credentials, silentObserver, UdpTransport } from "../dist/ipmi/index.js";
import { systemClock } from "../dist/lib/index.js";
import { compileBoard, recordedBoard, sampleBoard, startSimulation } from "../dist/simulator/index.js";

const FOLDER = resolve(import.meta.dirname, "../../shared/fixtures/ipmi");
/** Most requests of a poll when nothing happens: analog sensors, a fifth of the discrete ones, and 6. */
const MACHINES = {
  "dell-poweredge-r640": 66,
  "dell-poweredge-r730": 54,
  "quanta-d51": 63,
  "intel-s2600kp": 52,
};
const PORT = 62_423;
const PARTS = ["power", "sensors", "sel", "dcmi", "watchdog", "inventory", "security"];
const SETTLING_POLLS = 3;
const POLLS = 10;

/** The most requests of ten polls of each machine; nothing if the recordings are not present. */
export async function recordedPolls() {
  const results = [];
  for (const [machine, limit] of Object.entries(MACHINES)) {
    const folder = join(FOLDER, machine);
    if (!existsSync(join(folder, "sdr.hex"))) continue;
    const requests = await most(folder, 300_000);
    results.push({ machine, limit, requests, all: await most(folder, 0) });
  }
  return results;
}

async function most(folder, discreteIntervalMs) {
  const { users } = sampleBoard();
  const board = compileBoard(recordedBoard(folder, { users }));
  const simulation = await startSimulation({ bmcs: [{ board, address: "127.0.0.1", port: PORT }] });
  let packets = 0;
  const transport = new UdpTransport();
  const pool = new BmcPool({
    transport,
    clock: systemClock,
    cache: new SdrCache(),
    observer: { ...silentObserver, packetSent: () => packets++ },
    settingsOf: async () => ({
      protocol: "ipmi",
      login: { credentials: credentials("monitor", "sesame"), privilege: 2 },
      parts: PARTS,
      intervalMs: 60_000,
      slowIntervalMs: 3_600_000,
      discreteIntervalMs,
      bridge: false,
      quirks: [],
    }),
  });
  const host = { name: "n", address: "127.0.0.1", port: PORT, module: "m", auth: "a", place: {}, labels: {} };
  const counts = [];
  try {
    for (let n = 0; n < SETTLING_POLLS + POLLS; n++) {
      packets = 0;
      const { up, failure } = await pool.poll(host, { purpose: "round", signal: AbortSignal.timeout(20_000) });
      if (!up) throw new Error(`${folder}: ${failure?.message}`);
      if (n >= SETTLING_POLLS) counts.push(packets);
    }
  } finally {
    await pool.close();
    await transport.close();
    await simulation.stop();
  }
  return Math.max(...counts);
}
