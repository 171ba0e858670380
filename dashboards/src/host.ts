import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { board } from "./board.ts";
import { before, firing, identity, inside, marks, now, wrong } from "./host-now.ts";
import { polls, records } from "./host-records.ts";
import { fans, model, power, temperatures } from "./host-sensors.ts";
import { UID } from "./links.ts";
import { host as hostVariable, place } from "./variables.ts";

/** dashboards/bmc-host.json: what is wrong with this host? */
export const host = (): Dashboard =>
  board({
    uid: UID.host,
    title: "BMC / Host",
    description: "State, alerts, sensors, event log and polls of one host.",
    variables: [...place(), hostVariable()],
    annotations: marks,
    sections: [
      { question: "Which host is it?", tiles: identity },
      { question: "Which alerts fire?", tiles: firing },
      { question: "Is it ok?", tiles: now },
      { question: "What is not ok?", tiles: wrong },
      { question: "Since when?", tiles: before },
      { question: "Is it hot?", tiles: temperatures },
      { question: "Do the fans turn?", tiles: fans },
      { question: "Is its power supply ok?", tiles: power },
      { question: "Does it differ from other hosts of its model?", tiles: model },
      { question: "What is in the event log?", tiles: records },
      { question: "How well does the BMC answer?", tiles: polls },
      { question: "Which parts are installed?", tiles: inside },
    ],
  });
