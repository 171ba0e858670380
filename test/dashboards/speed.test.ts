import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { temporaryFolder } from "../rig/child.ts";
import { type Prometheus, startPrometheus } from "../rig/prometheus.ts";
import { withPeers } from "../rig/requirements.ts";
import { runOrFail } from "../rig/run.ts";
import { END, nameOf, PER_RACK, RACKS, START, writeLargeHistory } from "./large-fleet.ts";
import { filledIn, queries, type Target } from "./panels.ts";

const LIMIT_MS = 1000;
const ATTEMPTS = 3;
/** Step of a graph as wide as a screen: six hours, and a minute between scrapes. */
const STEP_SECONDS = 60;

/** The dashboards of a rack and of a host show one of them. */
const CHOSEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "bmc-rack": { rack: "r7" },
  "bmc-host": { host: nameOf(7) },
};

withPeers(["prometheus", "promtool"], `on ${RACKS} racks of ${PER_RACK} hosts`, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let prometheus: Prometheus;
  let series = 0;

  beforeAll(async () => {
    folder = temporaryFolder("speed");
    const [text, data] = [join(folder.path, "history.om"), join(folder.path, "data")];
    series = writeLargeHistory(text);
    const blocks = ["tsdb", "create-blocks-from", "openmetrics", text, data];
    await runOrFail("promtool", blocks, { timeoutMs: 300_000 });
    rmSync(text);
    prometheus = await startPrometheus("{}", { data, flags: ["--storage.tsdb.retention.time=100y"] });
  }, 400_000);
  afterAll(async () => {
    await prometheus?.stop();
    folder?.remove();
  });

  /** CPU time that Prometheus has used, milliseconds. */
  const cpuMs = async (): Promise<number> => {
    const text = await (await fetch(`${prometheus.url}/metrics`)).text();
    return Number(text.match(/^process_cpu_seconds_total (\S+)$/m)?.[1]) * 1000;
  };
  /** Time of a query: the wall clock, or the CPU time if other programs use the processors. The best of some attempts. */
  async function fastest(path: string): Promise<number> {
    let ms = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < ATTEMPTS && ms >= LIMIT_MS; attempt++) {
      const before = await cpuMs();
      const { stats } = (await prometheus.api(`/api/v1/${path}&stats=1`)) as {
        readonly stats: { readonly timings: { readonly execTotalTime: number } };
      };
      ms = Math.min(ms, stats.timings.execTotalTime * 1000, (await cpuMs()) - before);
    }
    return ms;
  }
  const pathOf = (uid: string, { expr, instant }: Target, points: number): string => {
    const query = `query=${encodeURIComponent(filledIn(expr, CHOSEN[uid]))}`;
    return instant
      ? `query?${query}&time=${END}`
      : `query_range?${query}&start=${START}&end=${END}&step=${Math.max(STEP_SECONDS, (END - START) / points)}`;
  };

  it("has half a million series", () => {
    expect(series).toBeGreaterThan(450_000);
  });

  it.each(queries.map((one) => [one.at, one] as const))(
    "%s takes less than a second",
    async (_, { uid, panel, target }) => {
      const { maxDataPoints = 1000 } = panel as { readonly maxDataPoints?: number };
      expect(await fastest(pathOf(uid, target, maxDataPoints))).toBeLessThan(LIMIT_MS);
    },
  );
});
