import { type Command, InvalidArgumentError } from "commander";
import { addChangeOptions, addOperateOptions, addWait, milliseconds } from "./options.ts";

const POWER_CHANGES = {
  on: "switch hosts on, some at a time; see operate.power_on",
  off: "switch hosts off at once",
  soft: "request a shutdown from the operating system, and wait until the host is off",
  cycle: "switch hosts off and on again",
  reset: "reset hosts that are on",
  nmi: "send a diagnostic interrupt",
} as const;

/** Adds the commands that act on a selection of hosts. */
export function addOperateCommands(program: Command): void {
  addPower(program);
  addIdentify(program);
}

function addPower(program: Command): void {
  const power = program.command("power").description("read or change the power of hosts");
  addOperateOptions(power.command("status"))
    .description("print power state, last power event and restore policy")
    .option("--cause", "also read why the host started last", false)
    .action(async (selector: string | undefined, options) => {
      const { powerStatus } = await import("./power.ts");
      process.exitCode = await powerStatus(selector, options);
    });
  for (const action of ["on", "off", "soft", "cycle", "reset", "nmi"] as const) {
    const command = addChangeOptions(power.command(action)).description(POWER_CHANGES[action]);
    if (action !== "reset" && action !== "nmi") addWait(command);
    if (action === "off")
      command.option("--graceful <duration>", "request a shutdown first, and switch off after this time", milliseconds);
    if (action === "cycle" || action === "reset") command.option("--on-if-off", "switch on hosts that are off", false);
    command.action(async (selector: string | undefined, options) => {
      const { powerChange } = await import("./power.ts");
      process.exitCode = await powerChange(action, selector, options);
    });
  }
  const policy = power.command("policy").description("set what hosts do when their input power returns");
  for (const [name, help] of [
    ["always-on", "switch on"],
    ["previous", "return to the previous state"],
    ["always-off", "stay off"],
  ] as const)
    addChangeOptions(policy.command(name))
      .description(help)
      .action(async (selector: string | undefined, options) => {
        const { powerPolicy } = await import("./power.ts");
        process.exitCode = await powerPolicy(name, selector, options);
      });
}

function addIdentify(program: Command): void {
  const identify = program.command("identify").description("read or switch the identify light of hosts");
  addOperateOptions(identify.command("status"))
    .description("print the state of the light")
    .action(async (selector: string | undefined, options) => {
      const { identifyStatus } = await import("./identify.ts");
      process.exitCode = await identifyStatus(selector, options);
    });
  addChangeOptions(identify.command("on"))
    .description("switch the light on")
    .option("--for <duration>", "switch it off after this time, at most 255s", identifyTime)
    .action(async (selector: string | undefined, options) => {
      const { identifyChange } = await import("./identify.ts");
      process.exitCode = await identifyChange(options.for ?? "on", selector, options);
    });
  addChangeOptions(identify.command("off"))
    .description("switch the light off")
    .action(async (selector: string | undefined, options) => {
      const { identifyChange } = await import("./identify.ts");
      process.exitCode = await identifyChange("off", selector, options);
    });
}

/** The command has one byte for the seconds. */
function identifyTime(text: string): number {
  const value = milliseconds(text);
  if (value >= 1 && value <= 255_000) return value;
  throw new InvalidArgumentError("expected 1s to 255s; for longer, leave --for out and switch it off later");
}
