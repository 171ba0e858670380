import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type RigChild, startChild, temporaryFolder, untilReady } from "./child.ts";
import { type ReservedPort, reservePort } from "./ports.ts";
import { findProgram } from "./requirements.ts";
import { type RunResult, run } from "./run.ts";

/** An etcd of the test's own with one or more members on the loopback network. */
export interface Etcd {
  /** Client URLs of the members. */
  readonly endpoints: readonly string[];
  /** Ends a member with SIGKILL. */
  kill(member: number): Promise<void>;
  /** Starts a member again with its data. */
  restart(member: number): Promise<void>;
  /** Stops the processes of all members (SIGSTOP), or lets them go on. */
  freeze(stopped: boolean): void;
  /** Number of the member that leads. */
  leader(): Promise<number>;
  /** Runs etcdctl. */
  ctl(...args: readonly string[]): Promise<RunResult>;
  stop(): Promise<void>;
}

export async function startEtcd(
  options: { readonly members?: number; readonly args?: readonly string[]; readonly scheme?: "http" | "https" } = {},
): Promise<Etcd> {
  const { members = 1, args = [], scheme = "http" } = options;
  const folder = temporaryFolder("etcd");
  const reserved: ReservedPort[] = [];
  const portOf = async (): Promise<number> => {
    const port = await reservePort();
    reserved.push(port);
    return port.port;
  };
  const addresses: { client: string; peer: string }[] = [];
  for (let i = 0; i < members; i++)
    addresses.push({
      client: `${scheme}://127.0.0.1:${await portOf()}`,
      peer: `http://127.0.0.1:${await portOf()}`,
    });
  const cluster = addresses.map(({ peer }, i) => `m${i}=${peer}`).join(",");
  const children: RigChild[] = [];
  const start = async (i: number): Promise<void> => {
    const { client, peer } = addresses[i] ?? { client: "", peer: "" };
    children[i] = await startChild(findProgram("etcd") ?? "etcd", [
      ...["--name", `m${i}`, "--data-dir", join(folder.path, `m${i}`), "--log-level", "error"],
      ...["--listen-client-urls", client, "--advertise-client-urls", client],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
      ...["--initial-cluster", cluster, "--initial-cluster-token", folder.path],
      // Quick elections on the loopback network.
      ...["--heartbeat-interval", "100", "--election-timeout", "1000"],
      ...args,
    ]);
  };
  const endpoints = addresses.map(({ client }) => client);
  const ctl = (...words: readonly string[]): Promise<RunResult> =>
    run(findProgram("etcdctl") ?? "etcdctl", ["--endpoints", endpoints.join(","), ...words], {
      env: { ...process.env, ETCDCTL_API: "3" },
      timeoutMs: 20_000,
    });
  const leader = async (): Promise<number> => {
    const { stdout } = await ctl("endpoint", "status", "-w", "json");
    const statuses = JSON.parse(stdout) as {
      Endpoint: string;
      Status: { header: { member_id: number }; leader: number };
    }[];
    return endpoints.indexOf(
      statuses.find(({ Status }) => Status.header.member_id === Status.leader)?.Endpoint ?? endpoints[0] ?? "",
    );
  };
  for (let i = 0; i < members; i++) await start(i);
  if (scheme === "http")
    for (const [i, url] of endpoints.entries())
      await untilReady(
        children[i] as RigChild,
        () =>
          fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) }).then(
            (answer) => answer.ok,
            () => false,
          ),
        `etcd member ${i}`,
        20_000,
      );
  else await sleep(2000);
  return {
    endpoints,
    kill: async (i) => void (await children[i]?.kill()),
    restart: start,
    freeze: (stopped) => {
      for (const child of children) process.kill(child.pid, stopped ? "SIGSTOP" : "SIGCONT");
    },
    leader,
    ctl,
    stop: async () => {
      for (const child of children) {
        if (child.running) process.kill(child.pid, "SIGCONT");
        await child.stop();
      }
      for (const port of reserved) port.release();
      folder.remove();
    },
  };
}
