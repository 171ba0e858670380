import { renderProbe } from "../../src/exposition/index.ts";
import type { Host, HostSnapshot } from "../../src/model/index.ts";
import { Store } from "../../src/store/index.ts";
import { FakeClock } from "./fake-clock.ts";

/** The text /probe gives of a poll, by way of the store. */
export function expositionOf(host: Host, snapshot: HostSnapshot): string {
  const store = new Store({ clock: new FakeClock(), staleAfterMs: () => 60_000, prepare: renderProbe });
  store.setHosts([host]);
  store.put(snapshot);
  return String(store.get(host.name)?.prepared);
}

/** The same text with 0 for the values of families that no two runs agree on: times of day, durations. */
export function steadied(text: string, families: readonly string[]): string {
  return families.reduce(
    (steady, family) => steady.replaceAll(new RegExp(`^(${family}(\\{.*\\})?) \\S+$`, "gm"), "$1 0"),
    text,
  );
}

/** Series that appear more than once, which Prometheus would refuse a whole scrape for. */
export function doubleSeries(text: string): readonly string[] {
  const seen = new Set<string>();
  return text.split("\n").flatMap((line) => {
    if (line === "" || line.startsWith("#")) return [];
    const series = line.slice(0, line.lastIndexOf(" "));
    if (seen.has(series)) return [series];
    seen.add(series);
    return [];
  });
}
