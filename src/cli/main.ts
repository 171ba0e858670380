#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, type CommanderError, InvalidArgumentError, Option } from "commander";
import { LOG_FORMATS, LOG_LEVELS } from "../lib/index.ts";

// Commands are imported when they are asked for, so that help and typing errors are answered at once.

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const DEFAULT_CONFIG = "lightsout.yml";
const DEFAULT_LISTEN = ":9623";

const configOption = (): Option =>
  new Option("--config.file <path>", "configuration file").default(DEFAULT_CONFIG).env("LIGHTSOUT_CONFIG");

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 3600)) throw new InvalidArgumentError("give seconds, up to 3600");
  return value;
}

/** A command that was not understood is 2: a script must not take it for a BMC that is down. */
function endUsage({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : 2);
}

const program = new Command("lightsout")
  .description("Prometheus exporter for the BMCs of a data centre.")
  .version(version)
  .showHelpAfterError("(lightsout --help lists the commands)")
  .exitOverride(endUsage);

program
  .command("serve")
  .description("poll the BMCs of the inventory and serve their metrics")
  .addOption(configOption())
  .option("--web.listen-address <address>", `address to listen on, repeatable (default: "${DEFAULT_LISTEN}")`, collect)
  .option(
    "--shard <index/count>",
    "poll only this share of the inventory, 0/3 to 2/3 or a pod name such as lightsout-2/3",
  )
  .addOption(new Option("--log.level <level>", "least severe line to log").choices(LOG_LEVELS).default("info"))
  .addOption(new Option("--log.format <format>", "form of log lines").choices(LOG_FORMATS).default("logfmt"))
  .allowExcessArguments()
  .action(async (options, { args }: Command) => {
    if (args.length > 0) program.error(`error: serve takes options only; did you mean --config.file ${args[0]}?`);
    const { serve } = await import("./serve.ts");
    process.exitCode = await serve({
      configFile: options["config.file"],
      listen: options["web.listenAddress"] ?? [DEFAULT_LISTEN],
      shard: options.shard,
      logLevel: options["log.level"],
      logFormat: options["log.format"],
      version,
    });
  });

program
  .command("probe <host>")
  .description("ask one BMC now and print what /probe would; a host of the inventory or an address")
  .addOption(configOption())
  .option("--module <name>", "module of the configuration")
  .option("--auth <name>", "auth of the configuration")
  .option("--timeout <seconds>", "time it may take", seconds)
  .option("--debug", "print the steps first", false)
  .option("--username <name>", "user name, when there is no configuration file")
  .option("--password-file <path>", "file that holds the password (else the variable LIGHTSOUT_PASSWORD)")
  .action(async (host: string, options) => {
    const { probe } = await import("./probe.ts");
    process.exitCode = await probe({
      target: host,
      configFile: options["config.file"],
      module: options.module,
      auth: options.auth,
      timeoutMs: options.timeout === undefined ? undefined : options.timeout * 1000,
      debug: options.debug,
      username: options.username,
      passwordFile: options.passwordFile,
    });
  });

program
  .command("config")
  .description("look at the configuration")
  .addCommand(
    new Command("check")
      .description("say what is wrong with a configuration file, without asking any BMC")
      .argument("[file]", "configuration file", process.env.LIGHTSOUT_CONFIG ?? DEFAULT_CONFIG)
      .action(async (file: string) => {
        const { checkConfig } = await import("./config-check.ts");
        process.exitCode = await checkConfig(file);
      }),
  );

await program.parseAsync();
