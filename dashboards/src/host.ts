import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { board } from "./board.ts";
import { before, identity, inside, now, wrong } from "./host-now.ts";
import { polls, records } from "./host-records.ts";
import { fans, model, power, temperatures } from "./host-sensors.ts";
import { UID } from "./links.ts";
import { host as hostVariable, place } from "./variables.ts";

/** dashboards/bmc-host.json: what is wrong with this host? */
export const host = (): Dashboard =>
  board({
    uid: UID.host,
    title: "BMC / Host",
    description: "What is wrong with this host?",
    variables: [...place(), hostVariable()],
    sections: [
      { question: "Which host is it?", tiles: identity },
      { question: "What is its state?", tiles: now },
      { question: "What is wrong?", tiles: wrong },
      { question: "Since when is it in this state?", tiles: before },
      { question: "Is it hot?", tiles: temperatures },
      { question: "Do the fans work?", tiles: fans },
      { question: "Does its power supply work?", tiles: power },
      { question: "Does it differ from others of its model?", tiles: model },
      { question: "What is in the event log?", tiles: records },
      { question: "Does the BMC answer reliably?", tiles: polls },
      { question: "Which parts does it have?", tiles: inside },
    ],
  });
