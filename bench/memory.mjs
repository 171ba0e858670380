/** Memory per polled host: the growth of the process, measured after garbage collections. Needs --expose-gc. */
import { setTimeout as sleep } from "node:timers/promises";
import { textOf } from "../dist/exposition/index.js";
import { systemClock } from "../dist/lib/index.js";
import { Store } from "../dist/store/index.js";
import { IN_FLIGHT, inParallel } from "./fleet.mjs";
import { hostsOf, openPool, textMaker } from "./pool.mjs";

/** As configured by default. */
const DISCRETE_INTERVAL_MS = 300_000;

async function settled() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await sleep(50);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}

export async function start({ remotes, suite }) {
  const hosts = hostsOf(remotes);
  const pool = openPool(suite, undefined, DISCRETE_INTERVAL_MS);
  const store = new Store({
    clock: systemClock,
    ...textMaker(),
    staleAfterMs: () => 600_000,
  });
  store.setHosts(hosts);
  const poll = async (host) => store.put(await pool.poll(host));
  // The base contains everything that does not grow with the fleet: code, the plan of one board, the socket.
  await inParallel(hosts.slice(0, IN_FLIGHT), IN_FLIGHT, poll);
  const base = await settled();
  return {
    async round() {
      const more = hosts.slice(IN_FLIGHT);
      await inParallel(more, IN_FLIGHT, poll);
      await inParallel(more, IN_FLIGHT, poll);
      const { rss, heap } = await settled();
      let text = 0;
      for (const { prepared } of store) text += textOf(prepared).length;
      return {
        hosts: more.length,
        heapPerHost: (heap - base.heap) / more.length,
        rssPerHost: (rss - base.rss) / more.length,
        textPerHost: text / hosts.length,
        totalRss: rss,
      };
    },
    close: () => pool.close(),
  };
}
