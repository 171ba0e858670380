/**
 * The manual page lightsout(1), from the command line of the program: `node scripts/man-page.mjs > lightsout.1`, after
 * `npm run build`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./steps.mjs";

/** Text for roff: backslashes and hyphens are escaped, and no line begins with a request. */
function roff(text) {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(/^(?=[.'])/gm, "\\&");
}
const bold = (text) => `\\fB${roff(text)}\\fR`;
/** "--config.file <path>": the names in bold, placeholders in italics. */
const flags = (text) =>
  text
    .split(/(<[^>]*>|\[[^\]]*\])/)
    .map((part, index) => (index % 2 === 1 ? `\\fI${roff(part)}\\fR` : part.replaceAll(/[-\w.]+/g, bold)))
    .join("");
const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.)]$/.test(text) ? "" : "."}`;
const tagged = (tag, text) => [".TP", tag, roff(text)];

/** All commands with their full names, in the order of the help; groups are left out. */
function* commandsOf(command, help, parents = []) {
  for (const one of help.visibleCommands(command)) {
    if (one.name() === "help") continue;
    const names = [...parents, one.name()];
    const below = [...commandsOf(one, help, names)];
    // `simulate` runs and also has commands; `config` only has commands.
    const isGroup = below.length > 0 && help.visibleOptions(one).length <= 1 && one.registeredArguments.length === 0;
    if (!isGroup) yield { command: one, names };
    yield* below;
  }
}

function commandSection({ command, names }, help) {
  const args = command.registeredArguments.map((argument) => help.argumentTerm(argument));
  const usage = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const described = help.visibleArguments(command).filter((argument) => argument.description !== "");
  const options = help.visibleOptions(command).filter((option) => option.long !== "--help");
  return [
    `.SS ${[`"lightsout ${names.join(" ")}`, ...usage, options.length > 0 ? "[options]" : ""].filter(Boolean).map(roff).join(" ")}"`,
    roff(sentence(command.description())),
    ...described.flatMap((argument, index) =>
      tagged(`\\fI${roff(args[index] ?? argument.name())}\\fR`, help.argumentDescription(argument)),
    ),
    ...options.flatMap((option) => tagged(flags(option.flags), help.optionDescription(option))),
  ];
}

/**
 * The page as roff text.
 *
 * @param program the command line, see src/cli/program.ts
 * @param date of the release, YYYY-MM-DD
 */
export function manPage(program, { version, date }) {
  const help = program.createHelp();
  const commands = [...commandsOf(program, help)];
  return [
    `.TH LIGHTSOUT 1 "${date}" "lightsout ${version}" "User Commands"`,
    ".SH NAME",
    roff("lightsout - Prometheus exporter for the BMCs of a data centre"),
    ".SH SYNOPSIS",
    `${bold("lightsout")} \\fIcommand\\fR [\\fIoptions\\fR]`,
    ".SH DESCRIPTION",
    roff("lightsout polls BMCs over IPMI and Redfish and serves their state as metrics for Prometheus."),
    ".PP",
    `${bold("lightsout")} \\fIcommand\\fR ${bold("--help")} prints the options of a command.`,
    ".SH COMMANDS",
    ...commands.flatMap((one) => commandSection(one, help)),
    ".SH EXIT STATUS",
    ...tagged("0", "The command succeeded."),
    ...tagged("1", "The command failed, e.g. a BMC did not answer."),
    ...tagged("2", "An option, an argument or the configuration is invalid."),
    ".SH ENVIRONMENT",
    ...tagged("\\fBLIGHTSOUT_CONFIG\\fR", "Configuration file, instead of lightsout.yml."),
    ...tagged("\\fBLIGHTSOUT_PASSWORD\\fR", "Password for commands with --username."),
    ".SH FILES",
    ...tagged("\\fI/etc/lightsout/lightsout.yml\\fR", "Configuration of the service."),
    ...tagged("\\fI/etc/lightsout/secrets\\fR", "Files with passwords, which only root can read."),
    ...tagged("\\fI/etc/default/lightsout\\fR", "Further options of the service."),
    ...tagged("\\fI/var/lib/lightsout\\fR", "State of the service, if state_dir is set to it."),
    "",
  ].join("\n");
}

/** The page of the built program. */
export async function builtManPage(date) {
  const { createProgram } = await import(join(root, "dist", "cli", "program.js"));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return manPage(createProgram(version), { version, date });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(await builtManPage(new Date().toISOString().slice(0, 10)));
