/** The cost of the same poll with ipmitool: sensors, chassis power, event log info. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { installed } from "../scripts/steps.mjs";
import { PASSWORD, USER } from "./fleet.mjs";

const CALLS = ["sdr elist all", "chassis power status", "sel info"];

/** CPU milliseconds of one poll with a process per command; undefined if ipmitool is missing or fails. */
export async function ipmitoolPoll({ address, port }, polls) {
  if (!installed("ipmitool") || !installed("bash")) return undefined;
  const login = `ipmitool -I lanplus -C 3 -L USER -H ${address} -p ${port} -U ${USER} -E`;
  const poll = CALLS.map((call) => `${login} ${call} >&2`).join(" && ");
  // `times` prints the CPU time of the shell, then of its children: "0m0.012s 0m0.034s" each.
  const script = `for i in $(seq ${polls}); do ${poll} || exit 1; done; times`;
  const child = spawn("bash", ["-c", script], {
    env: { ...process.env, IPMI_PASSWORD: PASSWORD },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  if (code !== 0) return undefined;
  const children = output.trim().split("\n").at(-1).split(" ");
  const seconds = children.map((part) => {
    const [minutes, rest] = part.split("m");
    return Number(minutes) * 60 + Number.parseFloat(rest);
  });
  return (1000 * (seconds[0] + seconds[1])) / polls;
}
