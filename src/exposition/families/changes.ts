import { CHANGE_KINDS } from "../../model/index.ts";
import { family } from "../family.ts";

export const changes = [
  family({
    name: "bmc_changes_total",
    type: "counter",
    help: "Changes noticed against the reading before, by what changed, every kind from 0.",
    labels: ["change"],
    source: "GUID, FRU, firmware, SDR and chassis state, each compared with what was read before; see docs/events.md",
    *samples({ snapshot }) {
      if (snapshot?.changes === undefined) return;
      for (const change of CHANGE_KINDS) yield { labels: [change], value: snapshot.changes[change] };
    },
  }),
];
