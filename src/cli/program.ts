import { Argument, type Command, Option } from "commander";
import { addClusterCommand } from "./cluster-command.ts";
import { LightsoutCommand } from "./command.ts";
import { SHELLS, type Shell } from "./completion.ts";
import { addExporterOptions, exporterOf } from "./exporter-client.ts";
import { DEFAULT_EXPORTER, HOST_FORMATS, HOST_STATES, PROBE_FORMATS, SENSOR_FORMATS } from "./formats.ts";
import { addOperateCommands } from "./operate/commands.ts";
import {
  collect,
  configOption,
  controlPortOption,
  DEFAULT_CONFIG,
  DEFAULT_LISTEN,
  httpUrl,
  listenOption,
  logFormatOption,
  logLevelOption,
  patterns,
  ratio,
  seconds,
} from "./options.ts";
import { addRulesCommand } from "./rules-command.ts";
import { addSimulateCommand } from "./simulate-command.ts";

/**
 * The command line as data: nothing runs before parseAsync(), which throws CommanderError
 * after help, the version and usage errors. The man page and the shell completion are made from it.
 * Commands are imported when they run, so that help and usage errors are printed without delay.
 */
export function createProgram(version: string): Command {
  const program = new LightsoutCommand("lightsout")
    .description("Prometheus exporter for the BMCs of a data centre.")
    .version(version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    // Options belong to the command before them: simulate and simulate inject both have --control-port.
    .enablePositionalOptions()
    .exitOverride();

  program
    .command("serve")
    .description("poll the BMCs of the inventory and serve their metrics")
    .addOption(configOption())
    .addOption(listenOption())
    .addOption(
      new Option("--web.systemd-socket", "listen on the sockets passed by systemd instead of addresses").conflicts(
        "web.listenAddress",
      ),
    )
    .option(
      "--web.config.file <path>",
      "file with TLS settings and users, in the format of Prometheus and its exporters",
    )
    .option(
      "--shard <index/count>",
      "poll only this part of the inventory, e.g. 0/3 to 2/3; the index may be a pod name, e.g. lightsout-2/3",
    )
    .option(
      "--probe.allow <network>",
      "network whose addresses may be probed, repeatable; adds to probe.allow",
      collect,
    )
    .addOption(logLevelOption("info"))
    .addOption(logFormatOption())
    .allowExcessArguments()
    .action(async (options, command: Command) => {
      const { args } = command;
      if (args.length > 0) command.error(`error: serve takes options only; did you mean --config.file ${args[0]}?`);
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

  addExporterOptions(
    program
      .command("probe <host>")
      .description("poll one BMC and print what is wrong with it; <host> is a host of the inventory or an address")
      .addOption(configOption())
      .option("--module <name>", "module of the configuration to use")
      .option("--auth <name>", "auth of the configuration to use")
      .option("--timeout <seconds>", "timeout of the poll (default: that of the module)", seconds)
      .option("--debug", "also print each step", false)
      .addOption(
        new Option("--format <format>", "text, JSON or metrics (default: text on a terminal, else prometheus)").choices(
          PROBE_FORMATS,
        ),
      )
      .option("--username <name>", "user name, instead of a configuration file")
      .option("--password-file <path>", "file with the password (default: the variable LIGHTSOUT_PASSWORD)"),
    "URL of a running exporter that polls the BMC instead, e.g. http://localhost:9623",
  ).action(async (host: string, options) => {
    const { probe } = await import("./probe.ts");
    process.exitCode = await probe({
      target: host,
      configFile: options["config.file"],
      module: options.module,
      auth: options.auth,
      timeoutMs: options.timeout === undefined ? undefined : options.timeout * 1000,
      debug: options.debug,
      format: options.format,
      username: options.username,
      passwordFile: options.passwordFile,
      exporter: options.username === undefined ? exporterOf(options) : undefined,
    });
  });

  addExporterOptions(
    program
      .command("hosts [selector]")
      .description("list hosts of the inventory, or of a running exporter with their state")
      .addOption(configOption())
      .addOption(new Option("--state <state>", "only hosts in this state, of a running exporter").choices(HOST_STATES))
      .addOption(new Option("--format <format>", "format of the list").choices(HOST_FORMATS).default("table")),
    "URL of a running exporter, e.g. http://localhost:9623",
  ).action(async (selector: string | undefined, options) => {
    const { hosts } = await import("./hosts.ts");
    process.exitCode = await hosts({
      selector: selector ?? "",
      configFile: options["config.file"],
      exporter: exporterOf(options),
      state: options.state,
      format: options.format,
    });
  });

  addExporterOptions(
    program
      .command("sensors <selector>")
      .description("print the sensors of hosts, as a running exporter knows them")
      .option("--bad", "only sensors that are not ok", false)
      .option("--kind <kind>", "only sensors of this kind, e.g. fan")
      .option("--role <role>", "only sensors with this role, e.g. inlet")
      .option("--name <text>", "only sensors whose name contains this text")
      .addOption(new Option("--format <format>", "format of the list").choices(SENSOR_FORMATS).default("table")),
    `URL of the exporter (default: ${DEFAULT_EXPORTER})`,
  ).action(async (selector: string, options) => {
    const exporter = exporterOf(options) ?? { url: DEFAULT_EXPORTER };
    const { sensors } = await import("./sensors.ts");
    const { bad, kind, role, name, format } = options;
    process.exitCode = await sensors({ selector, exporter, bad, kind, role, name, format });
  });

  addOperateCommands(program);

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
    .requiredOption("--exporter <url>", "URL of ipmi_exporter, e.g. http://old.example.org:9290", httpUrl)
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

  const configCommand = program.command("config").description("check or convert a configuration file");

  configCommand
    .command("check")
    .description("check a configuration file; sends nothing to a BMC")
    .argument("[file]", "configuration file", process.env.LIGHTSOUT_CONFIG ?? DEFAULT_CONFIG)
    .option("--web.config.file <path>", "also check this web configuration file")
    .option("--online", "also request the servers of http_sd and check their hosts", false)
    .option("--strict", "exit with 1 after a warning, too", false)
    .action(async (file: string, options) => {
      const { checkConfig, checkWebConfig } = await import("./config-check.ts");
      const webFile = options["web.config.file"];
      const web = webFile === undefined ? 0 : await checkWebConfig(webFile, options);
      process.exitCode = Math.max(web, await checkConfig(file, options));
    });

  configCommand
    .command("convert")
    .description("convert the configuration file of ipmi_exporter and print the result, without passwords")
    .argument("<file>", "configuration file of ipmi_exporter, e.g. ipmi_remote.yml")
    .option("--secrets-dir <folder>", "write the passwords to files in this folder")
    .action(async (file: string, options) => {
      const { convertConfig } = await import("./config-convert.ts");
      process.exitCode = await convertConfig(file, options.secretsDir);
    });

  addClusterCommand(program);

  addRulesCommand(program);

  program
    .command("demo")
    .description("run the exporter with a simulated data centre")
    .addOption(listenOption())
    .addOption(controlPortOption())
    .addOption(logLevelOption("warn"))
    .addOption(logFormatOption())
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

  addSimulateCommand(program);

  program
    .command("completion")
    .description("print the completion script of a shell")
    .addArgument(new Argument("<shell>", "shell").choices(SHELLS))
    .action(async (shell: Shell) => {
      const { COMPLETION_SCRIPTS } = await import("./completion.ts");
      process.stdout.write(COMPLETION_SCRIPTS[shell]);
    });

  program
    .command("complete [words...]", { hidden: true })
    .description("print what may follow on a command line, for the completion scripts")
    .action(async (words: string[]) => {
      const { printCompletion } = await import("./complete.ts");
      await printCompletion(program, words);
    });

  program
    .command("version")
    .description("print the version")
    .action(() => void process.stdout.write(`${version}\n`));
  return program;
}
