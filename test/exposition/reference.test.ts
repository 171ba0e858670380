import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { metricsReference, SelfMetrics } from "../../src/exposition/index.ts";

const page = resolve(import.meta.dirname, "../../docs/metrics.md");

/** `UPDATE_DOCS=1` writes the page. */
it("docs/metrics.md agrees with the families", async () => {
  const self = new SelfMetrics({ version: "0", processMetrics: false });
  const text = metricsReference(await self.describe());
  self.close();
  if (process.env.UPDATE_DOCS !== undefined) writeFileSync(page, text);
  expect(readFileSync(page, "utf8")).toBe(text);
});
