import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { UdpTransport } from "../../src/ipmi/index.ts";
import { systemClock } from "../../src/lib/index.ts";
import { compileBoard, type Simulation, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { type RigChild, startChild } from "../rig/child.ts";
import { type IpmiSim, simUser, startIpmiSim } from "../rig/ipmi-sim.ts";
import { reservePort } from "../rig/ports.ts";
import { withPeers } from "../rig/requirements.ts";
import { SolClient } from "../simulator/sol-client.ts";

/** Waits until the condition holds; a loaded machine takes its time. */
async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (condition()) return;
    await sleep(50);
  }
  throw new Error(`waited 20 s for ${what}`);
}

let simulation: Simulation;
let release: () => void;

beforeAll(async () => {
  const reserved = await reservePort();
  release = reserved.release;
  const board = compileBoard({ ...sampleBoard(), name: "node017" });
  simulation = await startSimulation({
    bmcs: [{ board, address: "127.0.0.1", port: reserved.port, identity: { name: "node017" } }],
  });
});

afterAll(async () => {
  await simulation.stop();
  release();
});

function virtual() {
  const [bmc] = simulation.bmcs;
  if (!bmc) throw new Error("no BMC");
  return bmc;
}

/** A foreign client in a pseudo-terminal. */
function inTerminal(command: string): Promise<RigChild> {
  return startChild("script", ["-qec", command, "/dev/null"], {
    env: { ...process.env, IPMI_PASSWORD: "open sesame", LC_ALL: "C", TERM: "vt100" },
  });
}

/** Logs in on the virtual host, runs a command and reboots. */
async function useHost(client: RigChild): Promise<void> {
  const expecting = async (send: string, answer: string): Promise<void> => {
    const mark = client.printed;
    client.stdin.write(send);
    await until(() => client.outputSince(mark).includes(answer), `"${answer}", got "${client.outputSince(mark)}"`);
  };
  await expecting("\r", "node017 login: ");
  await expecting("root\r", "Password: ");
  await expecting("secret\r", "root@node017:~# ");
  await expecting("echo hello\r", "hello\r\nroot@node017:~# ");
  await expecting("reboot\r", "systemd[1]: Reached target");
  await expecting("\r", "node017 login: ");
}

withPeers(["ipmitool", "script"], "ipmitool sol activate on a virtual BMC", () => {
  it.each([3, 17])(
    "logs in on the host over suite %i, sends a break and leaves",
    async (suite) => {
      const { address, port, bmc } = virtual();
      const breaks = bmc.state.serial.breaks;
      const client = await inTerminal(
        `ipmitool -I lanplus -C ${suite} -H ${address} -p ${port} -U admin -E sol activate`,
      );
      await until(() => client.output().includes("SOL Session operational"), "the session of ipmitool");
      await useHost(client);
      client.stdin.write("\r~B");
      await until(() => bmc.state.serial.breaks === breaks + 1, "the break");
      client.stdin.write("\r~.");
      await until(() => !client.running, "the end of ipmitool");
      expect(bmc.sol.owner).toBeUndefined();
    },
    60_000,
  );

  it("reads and changes the parameters, and the access of a user", async () => {
    const { address, port } = virtual();
    const tool = async (command: string): Promise<string> => {
      const client = await inTerminal(`ipmitool -I lanplus -C 17 -H ${address} -p ${port} -U admin -E ${command}`);
      await until(() => !client.running, `the end of ${command}`);
      return client.output().replaceAll("\r", "");
    };
    const info = await tool("sol info 1");
    for (const line of [
      /Enabled\s+: true/,
      /Privilege Level\s+: OPERATOR/,
      /Character Accumulate Level \(ms\)\s+: 60/,
      /Character Send Threshold\s+: 96/,
      /Retry Count\s+: 7/,
      /Retry Interval \(ms\)\s+: 500/,
      /Volatile Bit Rate \(kbps\)\s+: 115\.2/,
      /Payload Channel\s+: 1/,
      /Payload Port\s+: \d+/,
    ])
      expect(info).toMatch(line);
    await tool("sol set retry-count 3 1");
    expect(await tool("sol info 1")).toMatch(/Retry Count\s+: 3/);
    await tool("sol payload disable 1 3");
    expect(await tool("sol payload status 1 3")).toContain("disabled");
    expect(await tool("sol activate")).toMatch(/disabled/i);
    await tool("sol payload enable 1 3");
  }, 60_000);
});

withPeers(["ipmiconsole", "script"], "FreeIPMI ipmiconsole on a virtual BMC", () => {
  // It has no option for the port, and port 623 needs root.
  it.skipIf(process.getuid?.() !== 0)(
    "logs in on the host and leaves",
    async () => {
      const address = "127.23.62.3";
      const board = compileBoard(sampleBoard());
      const own = await startSimulation({ bmcs: [{ board, address, port: 623, identity: { name: "node017" } }] });
      onTestFinished(() => own.stop());
      const bmc = own.bmcs[0]?.bmc;
      if (!bmc) throw new Error("no BMC");
      const client = await inTerminal(`ipmiconsole -h ${address} -u admin -p 'open sesame' -I 17 -l ADMIN`);
      await until(() => client.output().includes("SOL established"), "the session of ipmiconsole");
      await useHost(client);
      client.stdin.write("&.");
      await until(() => !client.running, "the end of ipmiconsole");
      expect(bmc.sol.owner).toBeUndefined();
    },
    60_000,
  );
});

withPeers(["ipmi_sim"], "our SOL client on ipmi_sim", () => {
  let sim: IpmiSim;
  let server: Server;
  let host: Socket | undefined;
  const fromConsole: Buffer[] = [];
  const transport = new UdpTransport();

  beforeAll(async () => {
    server = createServer((socket) => {
      host = socket;
      socket.on("data", (bytes: Buffer) => fromConsole.push(bytes));
      socket.on("error", () => {});
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const at = server.address();
    if (at === null || typeof at === "string") throw new Error("no port");
    sim = await startIpmiSim({ solPort: at.port });
  });

  afterAll(async () => {
    await transport.close();
    await sim.stop();
    host?.destroy();
    server.close();
  });

  it("carries input and output, and frees SOL for the next activation", async () => {
    const client = new SolClient(transport, systemClock, {
      port: sim.port,
      suite: 3,
      password: simUser(sim, "admin").password,
    });
    await client.activate();
    const typed = "uname -a and a line that is longer than the 28 characters of one packet\r";
    client.type(typed);
    await until(() => Buffer.concat(fromConsole).includes(typed), "the input");
    host?.write(`Linux node017\r\n${"0123456789".repeat(40)}\r\nend`);
    await until(() => client.text.endsWith("end"), `the output, got ${client.text}`);
    expect(client.text).toContain(`Linux node017\r\n${"0123456789".repeat(40)}\r\n`);
    await client.sol.close();
    await client.activate();
    client.type("again\r");
    await until(() => Buffer.concat(fromConsole).includes("again\r"), "the input of the second activation");
    await client.sol.close();
    await client.connection.close();
    expect(client.end).toBeUndefined();
  }, 60_000);
});
