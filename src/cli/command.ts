import { Command } from "commander";

type ErrorOptions = Parameters<Command["error"]>[1];

/** A command whose usage errors suggest the option that begins like the unknown one, and name the help of the command. */
export class LightsoutCommand extends Command {
  override createCommand(name?: string): LightsoutCommand {
    return new LightsoutCommand(name);
  }

  override error(message: string, options?: ErrorOptions): never {
    const path = fullName(this);
    this.showHelpAfterError(
      `(${path} --help ${this.commands.length > 0 ? "lists the commands" : "lists the options"})`,
    );
    return super.error(options?.code === "commander.unknownOption" ? this.#withOptions(message) : message, options);
  }

  /** commander suggests options with similar spelling; `--config` for `--config.file` is too short for that. */
  #withOptions(message: string): string {
    const flag = /'(--[^'=]+)/.exec(message)?.[1];
    if (flag === undefined || message.includes("(Did you mean")) return message;
    const flags = this.createHelp()
      .visibleOptions(this)
      .flatMap(({ long }) => (long?.startsWith(flag) ? [long] : []));
    if (flags.length === 0) return message;
    return `${message}\n(Did you mean ${flags.length > 1 ? "one of " : ""}${flags.join(", ")}?)`;
  }
}

/** "lightsout simulate inject" */
function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}
