/** CPU per command of the real client: IpmiConnection.run(Get Sensor Reading), with many BMCs in flight. */
import { getSensorReading, IpmiConnection, UdpTransport } from "../dist/ipmi/index.js";
import { systemClock } from "../dist/lib/index.js";
import { SENSORS } from "./board.mjs";
import { loginWith, measured } from "./fleet.mjs";

export async function start({ remotes, suite, commands }) {
  const transport = new UdpTransport();
  const connections = remotes.map(
    (remote) => new IpmiConnection({ transport, remote, clock: systemClock, login: loginWith(suite) }),
  );
  await Promise.all(connections.map((connection) => connection.open()));
  const each = Math.ceil(commands / connections.length);
  async function ask(connection) {
    const options = { signal: new AbortController().signal, lun: 0 };
    for (let i = 0; i < each; i++) {
      await connection.run(getSensorReading, { sensorNumber: i % SENSORS }, options);
    }
  }
  return {
    async round() {
      const { cpu, wall } = await measured(() => Promise.all(connections.map(ask)));
      const count = each * connections.length;
      return { cpuPerCommand: cpu / count, commandsPerSecond: (count / wall) * 1e6 };
    },
    async close() {
      await Promise.all(connections.map((connection) => connection.close()));
      await transport.close();
    },
  };
}
