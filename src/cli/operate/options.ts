import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../../lib/index.ts";
import { OUTPUTS, type Output } from "../../operate/index.ts";
import { collect, configOption, whole } from "../options.ts";

/** Options that every command on a selection of hosts has. */
export interface SelectionOptions {
  readonly "config.file": string;
  readonly rack?: string;
  readonly row?: string;
  readonly room?: string;
  readonly site?: string;
  readonly label?: readonly string[];
  readonly exclude?: readonly string[];
  readonly hostsFrom?: string;
  readonly auth?: string;
}

export interface OperateOptions extends SelectionOptions {
  readonly fanout?: number;
  readonly timeout?: number;
  readonly deadline?: number;
  readonly output?: Output;
  readonly stream: boolean;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly askPassword: boolean;
}

export interface ChangeOptions extends OperateOptions {
  readonly yes: boolean;
  readonly expect?: number;
  readonly dryRun: boolean;
  readonly overrideProtection?: string;
  readonly unlisted: boolean;
}

/** A duration as an option, in milliseconds. */
export function milliseconds(text: string): number {
  const value = parseDuration(text);
  if (value === undefined) throw new InvalidArgumentError("expected a duration, e.g. 90s or 5m");
  return value;
}

/** The argument and the options that select hosts. */
export function addSelection(command: Command): Command {
  return command
    .argument("[selector]", "hosts, e.g. node[001-040], rack=r12, @group, all; - reads names from standard input")
    .addOption(configOption())
    .option("--rack <rack>", "only hosts of this rack, or of racks such as r[1-4]")
    .option("--row <row>", "only hosts of this row")
    .option("--room <room>", "only hosts of this room")
    .option("--site <site>", "only hosts of this site")
    .option("--label <name=value>", "only hosts with this label, repeatable", collect)
    .option("--exclude <selector>", "without these hosts, repeatable", collect)
    .option("--hosts-from <file>", "file with host names or selectors, one a line");
}

/** Options of all commands that connect to BMCs. */
export function addOperateOptions(command: Command): Command {
  return addSelection(command)
    .addOption(new Option("--fanout <number>", "BMCs in work at once").argParser(whole(1, 10_000)))
    .addOption(
      new Option("--timeout <duration>", "time limit for each host (default: that of its module)").argParser(
        milliseconds,
      ),
    )
    .addOption(new Option("--deadline <duration>", "time limit for all hosts together").argParser(milliseconds))
    .addOption(new Option("--output <format>", "format of the answers").choices(OUTPUTS))
    .option("--stream", "print answers as they come, not in the order of the inventory", false)
    .option(
      "--auth <name>",
      "auth of the configuration to use for all hosts; also allows addresses outside the inventory",
    )
    .option("--username <name>", "user name for all hosts; also allows addresses outside the inventory")
    .option("--password-file <path>", "file with its password (default: the variable LIGHTSOUT_PASSWORD)")
    .option("--ask-password", "ask for the password on the terminal", false);
}

/** Options of commands that change something. */
export function addChangeOptions(command: Command): Command {
  return addOperateOptions(command)
    .option("--yes", "do not ask for confirmation", false)
    .addOption(
      new Option("--expect <number>", "refuse if another number of hosts is selected").argParser(whole(1, 100_000)),
    )
    .option("--dry-run", "print what would be done; sends no packet", false)
    .option("--override-protection <reason>", "do what operate.protect refuses; the reason goes to the audit log")
    .option("--unlisted", "allow addresses outside the inventory", false);
}

/** How long a change waits for the state. */
export function addWait(command: Command): Command {
  return command
    .addOption(
      new Option("--wait <duration>", "longest wait for the new state (default: operate.wait)").argParser(milliseconds),
    )
    .option("--no-wait", "do not wait for the new state");
}
