import type { Command } from "commander";
import { configOption } from "./options.ts";

/** Adds `lightsout cluster`. */
export function addClusterCommand(program: Command): void {
  const cluster = program.command("cluster").description("show and change a cluster of servers");

  cluster
    .command("status")
    .description("list the servers of the cluster and the hosts of each")
    .addOption(configOption())
    .option("--json", "print JSON", false)
    .action(async (options) => {
      const { clusterStatus } = await import("./cluster.ts");
      process.exitCode = await clusterStatus({ configFile: options["config.file"], json: options.json });
    });

  cluster
    .command("drain <server>")
    .description("move all hosts of a server to the others, for maintenance")
    .addOption(configOption())
    .option("--force", "also if no server is left, or none has this name", false)
    .action(async (name: string, options) => {
      const { clusterDrain } = await import("./cluster.ts");
      process.exitCode = await clusterDrain({ configFile: options["config.file"], name, force: options.force });
    });

  cluster
    .command("undrain <server>")
    .description("give a drained server its hosts again")
    .addOption(configOption())
    .action(async (name: string, options) => {
      const { clusterUndrain } = await import("./cluster.ts");
      process.exitCode = await clusterUndrain({ configFile: options["config.file"], name });
    });
}
