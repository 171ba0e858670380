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
  // Options belong to the command they follow: simulate and simulate inject both have a --control-port.
  .enablePositionalOptions()
  .exitOverride(endUsage);

program
  .command("serve")
  .description("poll the BMCs of the inventory and serve their metrics")
  .addOption(configOption())
  .option("--web.listen-address <address>", `address to listen on, repeatable (default: "${DEFAULT_LISTEN}")`, collect)
  .addOption(
    new Option("--web.systemd-socket", "listen on the sockets systemd passes, instead of addresses").conflicts(
      "web.listenAddress",
    ),
  )
  .option("--web.config.file <path>", "TLS and users of the web, in the form Prometheus and its exporters share")
  .option(
    "--shard <index/count>",
    "poll only this share of the inventory, 0/3 to 2/3 or a pod name such as lightsout-2/3",
  )
  .option("--probe.allow <network>", "network whose addresses may be asked, repeatable; see probe.allow", collect)
  .addOption(new Option("--log.level <level>", "least severe line to log").choices(LOG_LEVELS).default("info"))
  .addOption(new Option("--log.format <format>", "form of log lines").choices(LOG_FORMATS).default("logfmt"))
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
  .command("explain <host> [sensor]")
  .description("ask one BMC now and say why its sensors are what they are; a sensor by name, part of it, or id")
  .addOption(configOption())
  .option("--module <name>", "module of the configuration")
  .option("--auth <name>", "auth of the configuration")
  .option("--timeout <seconds>", "time it may take", seconds)
  .option("--json", "print JSON", false)
  .option("--username <name>", "user name, when there is no configuration file")
  .option("--password-file <path>", "file that holds the password (else the variable LIGHTSOUT_PASSWORD)")
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
  .description("ask ipmi_exporter and the BMCs themselves, and print where the answers differ")
  .requiredOption("--exporter <url>", "the ipmi_exporter, http://old.example.org:9290", address)
  .addOption(configOption())
  .option("--module <name>", "module, in both configurations")
  .addOption(
    new Option("--tolerance <ratio>", "how far readings may be apart, as they are read one after the other")
      .default(0.05)
      .argParser(ratio),
  )
  .option("--ignore <pattern>", "regular expression of series that are not compared, repeatable", patterns)
  .option("--timeout <seconds>", "time each answer may take", seconds, 60)
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
  throw new InvalidArgumentError("give a URL such as http://old.example.org:9290");
}

function patterns(text: string, before: readonly RegExp[] | undefined): readonly RegExp[] {
  try {
    return [...(before ?? []), new RegExp(text)];
  } catch {
    throw new InvalidArgumentError("give a regular expression");
  }
}

program
  .command("config")
  .description("look at the configuration")
  .addCommand(
    new Command("check")
      .description("say what is wrong with a configuration file, without asking any BMC")
      .argument("[file]", "configuration file", process.env.LIGHTSOUT_CONFIG ?? DEFAULT_CONFIG)
      .option("--web.config.file <path>", "look at this web configuration, too")
      .action(async (file: string, options) => {
        const { checkConfig, checkWebConfig } = await import("./config-check.ts");
        const webFile = options["web.config.file"];
        const web = webFile === undefined ? 0 : await checkWebConfig(webFile);
        process.exitCode = Math.max(web, await checkConfig(file));
      }),
  )
  .addCommand(
    new Command("convert")
      .description("print the configuration file of ipmi_exporter as one of lightsout; passwords are not printed")
      .argument("<file>", "its configuration file, ipmi_remote.yml")
      .option("--secrets-dir <folder>", "write the passwords to files in this folder")
      .action(async (file: string, options) => {
        const { convertConfig } = await import("./config-convert.ts");
        process.exitCode = await convertConfig(file, options.secretsDir);
      }),
  );

const DEFAULT_CONTROL_PORT = 9624;

const controlPortOption = (): Option =>
  new Option("--control-port <port>", "HTTP port of the simulation on 127.0.0.1")
    .default(DEFAULT_CONTROL_PORT)
    .argParser(whole(1, 65535));

/** A whole number within bounds. */
function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`give a whole number from ${least} to ${most}`);
  };
}

program
  .command("demo")
  .description("serve a simulated data centre in which things go wrong: what npm start shows")
  .option("--web.listen-address <address>", `address to listen on, repeatable (default: "${DEFAULT_LISTEN}")`, collect)
  .addOption(controlPortOption())
  .addOption(new Option("--log.level <level>", "least severe line to log").choices(LOG_LEVELS).default("warn"))
  .addOption(new Option("--log.format <format>", "form of log lines").choices(LOG_FORMATS).default("logfmt"))
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
  .description("run virtual BMCs that speak IPMI on the loopback network")
  .enablePositionalOptions()
  .addOption(new Option("--racks <number>", "racks").default(2).argParser(whole(0, 1000)))
  .addOption(new Option("--per-rack <number>", "machines in each").default(18).argParser(whole(1, 100)))
  .option("--boards <names>", "board models, with commas; see simulate boards", (text) => text.split(","))
  .option("--recorded <folder>", "a recorded machine (sdr.hex, readings.json, fru-NN.bin), repeatable", collect)
  .addOption(new Option("--copies <number>", "of each recorded machine").default(1).argParser(whole(1, 10_000)))
  .addOption(
    new Option("--port <port>", "UDP port of the BMCs, each on an address of its own")
      .default(6230)
      .argParser(whole(0, 65535)),
  )
  .addOption(controlPortOption())
  .option("--timetable <file>", "YAML list of faults to come: { at: 30s, target: r1u02, fault: fan_stopped, for: 5m }")
  .option("--loss <ratio>", "share of packets that get lost, 0 to 1", ratio)
  .option("--silent <ratio>", "share of BMCs that answer nothing, 0 to 1", ratio)
  .option("--lossy <ratio>", "share of BMCs that lose packets, a tenth of them or as --loss says", ratio)
  .option(
    "--scenario <name[=argument][:share]>",
    "what is wrong with all BMCs, or a share of them, repeatable: hung=sessions:0.1; see simulate scenarios",
    collect,
  )
  .addOption(new Option("--latency <milliseconds>", "mean time an answer takes").argParser(whole(0, 60_000)))
  .addOption(
    new Option("--seed <number>", "the same seed gives the same machines").default(1).argParser(whole(0, 2 ** 31)),
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
  .description("break something in a running simulation: a machine (r1u02) or a rack (r1), parameters as name=value")
  .option("--for <duration>", "put it right after so long: 10m")
  .addOption(controlPortOption())
  .action(async (target: string, fault: string, parameters: string[], options) => {
    const { inject } = await import("./simulate.ts");
    const { for: duration, controlPort } = options;
    process.exitCode = await inject({ target, fault, parameters, duration, controlPort });
  });

simulateCommand
  .command("end <number>")
  .description("put a fault right, by the number inject gave")
  .addOption(controlPortOption())
  .action(async (id: string, options) => {
    const { endFault } = await import("./simulate.ts");
    process.exitCode = await endFault(id, options.controlPort);
  });

simulateCommand
  .command("faults")
  .description("list what can go wrong, with its parameters")
  .action(async () => {
    const { listFaults } = await import("./simulate.ts");
    process.exitCode = listFaults();
  });

simulateCommand
  .command("scenarios")
  .description("list what can be wrong with BMCs and the network before them, for --scenario")
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
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError("give a ratio from 0 to 1, 0.05 is 5 %");
  return value;
}

await program.parseAsync();
