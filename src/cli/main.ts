#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, type CommanderError, InvalidArgumentError, Option } from "commander";
import { LOG_FORMATS, LOG_LEVELS } from "../lib/index.ts";

// Commands are imported when they run, so that help and usage errors are printed without delay.

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const DEFAULT_CONFIG = "lightsout.yml";
const DEFAULT_LISTEN = ":9623";

const configOption = (): Option =>
  new Option("--config.file <path>", "configuration file").default(DEFAULT_CONFIG).env("LIGHTSOUT_CONFIG");

const collect = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  value,
];

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 3600)) throw new InvalidArgumentError("expected seconds, up to 3600");
  return value;
}

/** Exits with 2 after a usage error, so that scripts can distinguish it from a BMC that is down. */
function endUsage({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : 2);
}

const program = new Command("lightsout")
  .description("Prometheus exporter for the BMCs of a data centre.")
  .version(version)
  .showHelpAfterError("(lightsout --help lists the commands)")
  // Options belong to the command before them: simulate and simulate inject both have --control-port.
  .enablePositionalOptions()
  .exitOverride(endUsage);

program
  .command("serve")
  .description("poll the BMCs of the inventory and serve their metrics")
  .addOption(configOption())
  .option("--web.listen-address <address>", `address to listen on, repeatable (default: "${DEFAULT_LISTEN}")`, collect)
  .addOption(
    new Option("--web.systemd-socket", "listen on the sockets passed by systemd instead of addresses").conflicts(
      "web.listenAddress",
    ),
  )
  .option("--web.config.file <path>", "file with TLS settings and users, in the format of Prometheus and its exporters")
  .option(
    "--shard <index/count>",
    "poll only this part of the inventory, e.g. 0/3 to 2/3; the index may be a pod name, e.g. lightsout-2/3",
  )
  .option("--probe.allow <network>", "network whose addresses may be probed, repeatable; adds to probe.allow", collect)
  .addOption(new Option("--log.level <level>", "lowest level that is logged").choices(LOG_LEVELS).default("info"))
  .addOption(new Option("--log.format <format>", "format of log lines").choices(LOG_FORMATS).default("logfmt"))
  .allowExcessArguments()
  .action(async (options, { args }: Command) => {
    if (args.length > 0) program.error(`error: serve takes options only; did you mean --config.file ${args[0]}?`);
    const { serve } = await import("./serve.ts");
    process.exitCode = await serve({
      configFile: options["config.file"],
      listen: options["web.listenAddress"] ?? [DEFAULT_LISTEN],
      systemdSocket: options["web.systemdSocket"] ?? false,
      webConfigFile: options["web.config.file"],
      shard: options.shard,
      probeAllow: options["probe.allow"],
      logLevel: options["log.level"],
      logFormat: options["log.format"],
      version,
    });
  });

program
  .command("probe <host>")
  .description("poll one BMC and print its metrics, as /probe does; <host> is a host of the inventory or an address")
  .addOption(configOption())
  .option("--module <name>", "module of the configuration to use")
  .option("--auth <name>", "auth of the configuration to use")
  .option("--timeout <seconds>", "timeout of the poll (default: that of the module)", seconds)
  .option("--debug", "also print each step", false)
  .option("--username <name>", "user name, instead of a configuration file")
  .option("--password-file <path>", "file with the password (default: the variable LIGHTSOUT_PASSWORD)")
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
  .command("explain <host> [sensor]")
  .description(
    "poll one BMC and explain the value, health and role of its sensors; [sensor] is a name, part of a name, or an id",
  )
  .addOption(configOption())
  .option("--module <name>", "module of the configuration to use")
  .option("--auth <name>", "auth of the configuration to use")
  .option("--timeout <seconds>", "timeout of the poll (default: that of the module)", seconds)
  .option("--json", "print JSON", false)
  .option("--username <name>", "user name, instead of a configuration file")
  .option("--password-file <path>", "file with the password (default: the variable LIGHTSOUT_PASSWORD)")
  .action(async (host: string, sensor: string | undefined, options) => {
    const { explain } = await import("./explain.ts");
    process.exitCode = await explain({
      target: host,
      sensor,
      configFile: options["config.file"],
      module: options.module,
      auth: options.auth,
      timeoutMs: options.timeout === undefined ? undefined : options.timeout * 1000,
      json: options.json,
      username: options.username,
      passwordFile: options.passwordFile,
    });
  });

program
  .command("compare <hosts...>")
  .description("compare the metrics of ipmi_exporter with those of lightsout for the same hosts")
  .requiredOption("--exporter <url>", "URL of ipmi_exporter, e.g. http://old.example.org:9290", address)
  .addOption(configOption())
  .option("--module <name>", "module to use, in both configurations")
  .addOption(
    new Option("--tolerance <ratio>", "allowed relative difference of readings, which are read one after the other")
      .default(0.05)
      .argParser(ratio),
  )
  .option("--ignore <pattern>", "regular expression of series to ignore, repeatable", patterns)
  .option("--timeout <seconds>", "timeout of each request", seconds, 60)
  .action(async (hosts: string[], options) => {
    const { compare } = await import("./compare.ts");
    process.exitCode = await compare({
      hosts,
      exporter: options.exporter,
      configFile: options["config.file"],
      module: options.module,
      tolerance: options.tolerance,
      ignore: options.ignore ?? [],
      timeoutMs: options.timeout * 1000,
    });
  });

function address(text: string): string {
  if (/^https?:\/\/[^/]/.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError("expected a URL, e.g. http://old.example.org:9290");
}

function patterns(text: string, previous: readonly RegExp[] | undefined): readonly RegExp[] {
  try {
    return [...(previous ?? []), new RegExp(text)];
  } catch {
    throw new InvalidArgumentError("expected a regular expression");
  }
}

program
  .command("config")
  .description("check or convert a configuration file")
  .addCommand(
    new Command("check")
      .description("check a configuration file; sends nothing to a BMC")
      .argument("[file]", "configuration file", process.env.LIGHTSOUT_CONFIG ?? DEFAULT_CONFIG)
      .option("--web.config.file <path>", "also check this web configuration file")
      .action(async (file: string, options) => {
        const { checkConfig, checkWebConfig } = await import("./config-check.ts");
        const webFile = options["web.config.file"];
        const web = webFile === undefined ? 0 : await checkWebConfig(webFile);
        process.exitCode = Math.max(web, await checkConfig(file));
      }),
  )
  .addCommand(
    new Command("convert")
      .description("convert the configuration file of ipmi_exporter and print the result, without passwords")
      .argument("<file>", "configuration file of ipmi_exporter, e.g. ipmi_remote.yml")
      .option("--secrets-dir <folder>", "write the passwords to files in this folder")
      .action(async (file: string, options) => {
        const { convertConfig } = await import("./config-convert.ts");
        process.exitCode = await convertConfig(file, options.secretsDir);
      }),
  );

const DEFAULT_CONTROL_PORT = 9624;

const controlPortOption = (): Option =>
  new Option("--control-port <port>", "HTTP port of the simulator on 127.0.0.1")
    .default(DEFAULT_CONTROL_PORT)
    .argParser(whole(1, 65535));

/** A parser of whole numbers in a range. */
function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
}

program
  .command("demo")
  .description("run the exporter with a simulated data centre, as npm start does")
  .option("--web.listen-address <address>", `address to listen on, repeatable (default: "${DEFAULT_LISTEN}")`, collect)
  .addOption(controlPortOption())
  .addOption(new Option("--log.level <level>", "lowest level that is logged").choices(LOG_LEVELS).default("warn"))
  .addOption(new Option("--log.format <format>", "format of log lines").choices(LOG_FORMATS).default("logfmt"))
  .action(async (options) => {
    const { demo } = await import("./demo.ts");
    process.exitCode = await demo({
      listen: options["web.listenAddress"] ?? [DEFAULT_LISTEN],
      controlPort: options.controlPort,
      logLevel: options["log.level"],
      logFormat: options["log.format"],
      version,
    });
  });

const simulateCommand = program
  .command("simulate")
  .description("run virtual BMCs on the loopback network")
  .enablePositionalOptions()
  .addOption(new Option("--racks <number>", "number of racks").default(2).argParser(whole(0, 1000)))
  .addOption(new Option("--per-rack <number>", "machines per rack").default(18).argParser(whole(1, 100)))
  .option("--boards <names>", "comma-separated board models; see simulate boards", (text) => text.split(","))
  .option(
    "--recorded <folder>",
    "folder of a recorded machine (sdr.hex, readings.json, fru-NN.bin), repeatable",
    collect,
  )
  .addOption(
    new Option("--copies <number>", "number of copies of each recorded machine").default(1).argParser(whole(1, 10_000)),
  )
  .addOption(
    new Option("--port <port>", "UDP port of the BMCs, which have different addresses")
      .default(6230)
      .argParser(whole(0, 65535)),
  )
  .addOption(controlPortOption())
  .option(
    "--timetable <file>",
    "YAML list of scheduled faults, e.g. { at: 30s, target: r1u02, fault: fan_stopped, for: 5m }",
  )
  .option("--loss <ratio>", "share of packets that are lost, from 0 to 1", ratio)
  .option("--silent <ratio>", "share of BMCs that do not answer, from 0 to 1", ratio)
  .option("--lossy <ratio>", "share of BMCs that lose packets: the share in --loss (default: a tenth)", ratio)
  .option(
    "--scenario <name[=argument][:share]>",
    "misbehaviour of all BMCs or of a share of them, e.g. hung=sessions:0.1, repeatable; see simulate scenarios",
    collect,
  )
  .addOption(new Option("--latency <milliseconds>", "mean time to a response").argParser(whole(0, 60_000)))
  .addOption(
    new Option("--seed <number>", "seed of the random numbers; the same seed gives the same machines")
      .default(1)
      .argParser(whole(0, 2 ** 31)),
  )
  .action(async (options) => {
    const { simulate } = await import("./simulate.ts");
    process.exitCode = await simulate({
      racks: options.racks,
      perRack: options.perRack,
      boards: options.boards,
      recorded: options.recorded ?? [],
      copies: options.copies,
      port: options.port,
      controlPort: options.controlPort,
      timetable: options.timetable,
      lossRatio: options.loss,
      silentRatio: options.silent,
      lossyRatio: options.lossy,
      latencyMs: options.latency,
      scenarios: options.scenario,
      seed: options.seed,
    });
  });

simulateCommand
  .command("inject <target> <fault> [parameters...]")
  .description(
    "inject a fault into a machine (e.g. r1u02) or rack (e.g. r1) of a running simulator; parameters are name=value",
  )
  .option("--for <duration>", "clear the fault after this duration, e.g. 10m")
  .addOption(controlPortOption())
  .action(async (target: string, fault: string, parameters: string[], options) => {
    const { inject } = await import("./simulate.ts");
    const { for: duration, controlPort } = options;
    process.exitCode = await inject({ target, fault, parameters, duration, controlPort });
  });

simulateCommand
  .command("end <number>")
  .description("clear a fault, by the number that inject printed")
  .addOption(controlPortOption())
  .action(async (id: string, options) => {
    const { endFault } = await import("./simulate.ts");
    process.exitCode = await endFault(id, options.controlPort);
  });

simulateCommand
  .command("faults")
  .description("list the faults and their parameters")
  .action(async () => {
    const { listFaults } = await import("./simulate.ts");
    process.exitCode = listFaults();
  });

simulateCommand
  .command("scenarios")
  .description("list the scenarios for --scenario, with their arguments")
  .action(async () => {
    const { listScenarios } = await import("./simulate.ts");
    process.exitCode = listScenarios();
  });

simulateCommand
  .command("boards")
  .description("list the board models")
  .action(async () => {
    const { listBoards } = await import("./simulate.ts");
    process.exitCode = listBoards();
  });

function ratio(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError("expected a ratio from 0 to 1, e.g. 0.05 for 5 %");
  return value;
}

await program.parseAsync();
