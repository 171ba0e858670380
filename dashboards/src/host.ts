import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { board } from "./board.ts";
import { before, identity, inside, now, wrong } from "./host-now.ts";
import { polls, records } from "./host-records.ts";
import { fans, model, power, temperatures } from "./host-sensors.ts";
import { UID } from "./links.ts";
import { host as hostVariable, place } from "./variables.ts";

/** dashboards/bmc-host.json: what is the matter with this machine? */
export const host = (): Dashboard =>
  board({
    uid: UID.host,
    title: "BMC / Host",
    description: "What is the matter with this machine?",
    variables: [...place(), hostVariable()],
    sections: [
      { question: "Who is it?", tiles: identity },
      { question: "How is it?", tiles: now },
      { question: "What is wrong?", tiles: wrong },
      { question: "Since when?", tiles: before },
      { question: "Is it hot?", tiles: temperatures },
      { question: "Do the fans turn?", tiles: fans },
      { question: "Is its power sound?", tiles: power },
      { question: "Is it unlike others of its model?", tiles: model },
      { question: "What did it write down?", tiles: records },
      { question: "Does the BMC answer well?", tiles: polls },
      { question: "What is in it?", tiles: inside },
    ],
  });
