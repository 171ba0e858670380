import { startMeasurement } from "./child.mjs";
import { startServer } from "./fleet.mjs";
import { inTurns } from "./turns.mjs";

const HOSTS = 32;
const PACED_SECONDS = 5;

/** The rows about Redfish: what a poll costs, beside bare TLS sockets that read and parse the same resources. */
export async function redfishRows({ rounds, polls }) {
  const service = await startServer("redfish-service.mjs");
  const options = { port: service.listening.port, hosts: HOSTS, polls };
  const both = await Promise.all([
    startMeasurement("./redfish.mjs", options),
    startMeasurement("./redfish-floor.mjs", options),
  ]);
  const [poll, floor] = await inTurns(both, rounds);
  const paced = await both[0].round({ pace: { perSecond: 30, seconds: PACED_SECONDS } });
  for (const measurement of both) await measurement.close();
  await service.stop();
  const cpu = { value: poll.cpuPerPoll / 1000, unit: "ms", digits: 2 };
  return [
    [
      `CPU per Redfish poll of a known host, ${poll.sensors} sensors, with its text`,
      { ...cpu, limit: 0.8, note: `${poll.kilobytes.toFixed(0)} KB` },
    ],
    ["  bare TLS sockets and JSON.parse", { value: floor.cpuPerPoll / 1000, unit: "ms", digits: 2 }],
    ["  poll to that floor", { value: poll.cpuPerPoll / floor.cpuPerPoll, limit: 2.5, unit: "×", digits: 2 }],
    [
      "CPU per Redfish poll at the pace of a fleet, 30 polls a second",
      { value: paced.cpuPerPoll / 1000, limit: 3, unit: "ms", digits: 2 },
    ],
    ["requests of that poll", { value: poll.requests, limit: 4, digits: 0 }],
  ];
}
