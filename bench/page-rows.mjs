import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { startMeasurement } from "./child.mjs";
import { fetchTimed, freePort } from "./exporter.mjs";
import { median } from "./fleet.mjs";

/** 36 racks of 40 hosts. */
const HOSTS = 1440;
const WARM_UP = 5;
const BROWSERS = 10;
/** How often a browser refreshes its page: the shortest time that the exporter asks for. */
const REFRESH_MS = 5000;

const HTML = { accept: "text/html", "accept-encoding": "gzip" };

/** The rows about pages: CPU and size of the page of a large fleet, ten browsers beside the polls, memory of the history. */
export async function pageRows({ remotes, requests, seconds }) {
  const port = await freePort();
  const pages = await startMeasurement("./pages.mjs", { remotes, suite: 3, port, hosts: HOSTS });
  const agent = new Agent({ keepAlive: true });
  const get = async (path) => {
    const answer = await fetchTimed(agent, port, path, HTML);
    if (answer.status !== 200) throw new Error(`${path}: status ${answer.status}`);
    return answer;
  };
  const costs = async (path) => {
    const cpu = [];
    let bytes = 0;
    for (let i = 0; i < WARM_UP + requests; i++) {
      await pages.round({ what: "measure" });
      ({ bytes } = await get(path));
      const { cpuMs } = await pages.round({ what: "measured" });
      if (i >= WARM_UP) cpu.push(cpuMs);
    }
    return { cpu: median(cpu), bytes };
  };
  try {
    const fleet = await costs("/");
    const host = await costs("/hosts/node00017");
    await pages.round({ what: "measure", paced: true });
    const end = performance.now() + seconds * 1000;
    const browser = async (i) => {
      await sleep((i * REFRESH_MS) / BROWSERS);
      while (performance.now() < end) {
        const begin = performance.now();
        await get(i % 2 === 0 ? "/" : "/?by=inlet");
        await sleep(Math.max(0, REFRESH_MS - (performance.now() - begin)));
      }
    };
    await Promise.all(Array.from({ length: BROWSERS }, (_, i) => browser(i)));
    const busy = await pages.round({ what: "measured" });
    const { bytesPerHost, readings } = await pages.round({ what: "memory" });
    return [
      [
        `CPU of the page of ${HOSTS} hosts, compressed`,
        { value: fleet.cpu, limit: 100, unit: "ms", note: `${(fleet.bytes / 1000).toFixed(0)} KB sent` },
      ],
      [
        `CPU of the page of one host`,
        { value: host.cpu, unit: "ms", note: `${(host.bytes / 1000).toFixed(0)} KB sent` },
      ],
      [
        `late polls while ${BROWSERS} browsers refresh that page every ${REFRESH_MS / 1000} s`,
        { value: busy.late, limit: 0, unit: "polls", digits: 0, note: `of ${busy.polls}` },
      ],
      ["  longest event-loop delay", { value: busy.longestDelayMs, limit: 100, unit: "ms" }],
      [
        `history of a host of ${readings} readings`,
        {
          value: bytesPerHost / 1024,
          limit: (readings + 4) * 0.55,
          unit: "KiB",
          note: "one day; history.memory bounds all",
        },
      ],
    ];
  } finally {
    agent.destroy();
    await pages.close();
  }
}
