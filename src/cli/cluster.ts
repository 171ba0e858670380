import { ConfigError } from "../config/index.ts";
import { ClusterControl, DrainRefused, EtcdError, readConfig } from "../exporter/index.ts";
import { formatDuration } from "../lib/index.ts";
import { problemLines } from "./problem-lines.ts";
import { textTable } from "./text-table.ts";

interface ClusterCommand {
  readonly configFile: string;
}

const SCHEMA = "lightsout/cluster/1";
const MEGABYTE = 1024 * 1024;

/** `cluster status`: 0 if every server polls and all inventories are equal, else 1. */
export function clusterStatus(command: ClusterCommand & { readonly json: boolean }): Promise<number> {
  return withControl(command, async (control) => {
    const [state, etcd] = [await control.state(), await control.etcd()];
    const servers = [...state.servers]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, record]) => ({ name, isDrained: state.drained.has(name), ...record }));
    const inventories = new Set(servers.map(({ inventory }) => inventory));
    const down = [...state.drained].filter((name) => !state.servers.has(name));
    if (command.json) {
      const rows = servers.map(
        ({ name, url, version, startedAt, movedAt, hosts, inventoryHosts, inventory, isDrained }) => ({
          name,
          url,
          version,
          started: new Date(startedAt).toISOString(),
          moved: movedAt === undefined ? undefined : new Date(movedAt).toISOString(),
          hosts,
          inventory_hosts: inventoryHosts,
          inventory,
          drained: isDrained,
        }),
      );
      const document = {
        schema: SCHEMA,
        etcd: { version: etcd.version, database_bytes: etcd.databaseBytes, has_leader: etcd.hasLeader },
        servers: rows,
        drained: [...state.drained],
      };
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    } else {
      const now = Date.now();
      const ago = (at: number | undefined): string => (at === undefined ? "-" : `${age(now - at)} ago`);
      const rows = servers.map(
        ({ name, isDrained, hosts, inventoryHosts, inventory, startedAt, movedAt, version, url }) => [
          name,
          isDrained ? "drained" : "polls",
          `${hosts} of ${inventoryHosts}`,
          inventory,
          ago(startedAt),
          ago(movedAt),
          version,
          url ?? "-",
        ],
      );
      const head = ["SERVER", "STATE", "HOSTS", "INVENTORY", "STARTED", "LAST MOVE", "VERSION", "URL"];
      const lines = servers.length === 0 ? ["no server is in the cluster"] : textTable([head, ...rows]);
      const size = `${(etcd.databaseBytes / MEGABYTE).toFixed(1)} MB`;
      lines.push(`etcd ${etcd.version}: ${size}, ${etcd.hasLeader ? "has a leader" : "has no leader"}`);
      if (inventories.size > 1) lines.push("the inventories differ: give all servers the same targets and sources");
      for (const name of down) lines.push(`${name} is drained and down; lightsout cluster undrain ${name} ends that`);
      process.stdout.write(`${lines.join("\n")}\n`);
    }
    const isGood = servers.length > 0 && servers.some(({ isDrained }) => !isDrained) && inventories.size === 1;
    return isGood && etcd.hasLeader ? 0 : 1;
  });
}

/** `cluster drain NAME`: 0 when its hosts will be moved, 2 if that is refused. */
export function clusterDrain(
  command: ClusterCommand & { readonly name: string; readonly force: boolean },
): Promise<number> {
  return withControl(command, async (control) => {
    await control.drain(command.name, { force: command.force });
    process.stdout.write(`${command.name} is drained: the other servers take over its hosts\n`);
    return 0;
  });
}

/** `cluster undrain NAME` */
export function clusterUndrain(command: ClusterCommand & { readonly name: string }): Promise<number> {
  return withControl(command, async (control) => {
    const was = await control.undrain(command.name);
    process.stdout.write(was ? `${command.name} gets its hosts again\n` : `${command.name} was not drained\n`);
    return 0;
  });
}

/** In seconds below a minute, in minutes below a day, else in hours. */
function age(ms: number): string {
  const unit = ms < 60_000 ? 1000 : ms < 86_400_000 ? 60_000 : 3_600_000;
  return formatDuration(Math.max(0, Math.floor(ms / unit) * unit));
}

async function withControl(
  { configFile }: ClusterCommand,
  work: (control: ClusterControl) => Promise<number>,
): Promise<number> {
  let control: ClusterControl | undefined;
  try {
    const { cluster } = await readConfig(configFile, process.env);
    if (!cluster) {
      process.stderr.write(`lightsout: ${configFile} has no cluster section; see docs/servers.md\n`);
      return 2;
    }
    control = await ClusterControl.open(cluster, process.env);
    return await work(control);
  } catch (error) {
    const lines = problemsOf(error);
    if (lines === undefined) throw error;
    for (const line of lines) process.stderr.write(`lightsout: ${line}\n`);
    return error instanceof EtcdError ? 1 : 2;
  } finally {
    await control?.close();
  }
}

function problemsOf(error: unknown): readonly string[] | undefined {
  if (error instanceof ConfigError) return problemLines(error);
  if (error instanceof EtcdError || error instanceof DrainRefused || error instanceof RangeError)
    return [error.message];
  return undefined;
}
