import { expect, it } from "vitest";
import { PART_NAMES } from "../../src/model/index.ts";
import { startIpmiSim } from "../rig/ipmi-sim.ts";
import { checkMetrics } from "../rig/promtool.ts";
import { withPeers } from "../rig/requirements.ts";
import { doubleSeries, expositionOf, steadied } from "../support/exposition.ts";
import { golden } from "../support/golden.ts";
import { ourClientOf } from "./our-client.ts";

/** What no two runs agree on: our clock, how fast things went, and a SEL clock that runs from the start of the machine. */
const VARIABLE = [
  "bmc_poll_duration_seconds",
  "bmc_part_duration_seconds",
  "bmc_last_success_timestamp_seconds",
  "bmc_clock_offset_seconds",
];

withPeers(["ipmi_sim", "promtool"], "the exposition of ipmi_sim with the board of the vectors", () => {
  it("equals the golden file and passes promtool", async () => {
    const sim = await startIpmiSim();
    // ipmi_sim has no DCMI, so its parts are not requested.
    const parts = PART_NAMES.filter((part) => part !== "dcmi");
    const client = ourClientOf(sim, "monitor", { settings: { parts, bridge: true } });
    try {
      const text = steadied(expositionOf(client.host, await client.poll()), VARIABLE);
      expect(text).toBe(golden(import.meta.dirname, "ipmi-sim.txt", text));
      expect(doubleSeries(text)).toEqual([]);
      expect(await checkMetrics(text)).toEqual({ ok: true, complaints: [] });
    } finally {
      await client.close();
      await sim.stop();
    }
  });
});
