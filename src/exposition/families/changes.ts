import { CHANGE_KINDS } from "../../model/index.ts";
import { family } from "../family.ts";

export const changes = [
  family({
    name: "bmc_changes_total",
    type: "counter",
    help: "Changes of the host from one poll to the next, by kind of change. Every kind starts at 0.",
    labels: ["change"],
    source: "GUID, FRU, firmware, SDR and chassis status, compared with the previous reading; see docs/events.md",
    *samples({ snapshot }) {
      if (snapshot?.changes === undefined) return;
      for (const change of CHANGE_KINDS) yield { labels: [change], value: snapshot.changes[change] };
    },
  }),
];
