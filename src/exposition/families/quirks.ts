import { family } from "../family.ts";

export const quirks = [
  family({
    name: "bmc_quirk_active",
    type: "gauge",
    help: "1 for each firmware quirk of this BMC that the exporter works around.",
    labels: ["quirk"],
    source: "the quirks table and the configuration",
    *samples({ snapshot }) {
      for (const quirk of snapshot?.quirks ?? []) yield { labels: [quirk], value: 1 };
    },
    madeOf: ({ snapshot }) => snapshot?.quirks ?? [],
  }),
];
