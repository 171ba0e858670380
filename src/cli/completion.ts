import type { Argument, Command, Option } from "commander";

/** One candidate of a completion. */
export interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** What may follow on a command line: candidates, or the files of the shell. */
export type Completion = readonly Candidate[] | "files";

/** Values that are known only when they are needed. */
export interface CompletionSources {
  /** Names of the inventory that begin with `prefix`. */
  hosts(configFile: string | undefined, prefix: string): Promise<readonly string[]>;
}

/** Arguments that name hosts of the inventory. */
const HOST_ARGUMENTS: ReadonlySet<string> = new Set(["host", "hosts", "selector"]);
/** Placeholders of options and arguments that are paths. */
const PATHS: ReadonlySet<string> = new Set(["path", "file", "folder"]);

/**
 * Completes a command line. `words` are those after "lightsout", as typed; the last one, perhaps empty, is completed.
 * Words before it that are no commands and no options count as arguments.
 */
export async function complete(
  program: Command,
  words: readonly string[],
  sources: CompletionSources,
): Promise<Completion> {
  const last = words.at(-1) ?? "";
  // bash makes --flag=value three words.
  const current = last === "=" ? "" : last;
  const line = readLine(program, words.slice(0, -1));
  const { command, pending, position } = line;
  if (pending) return valuesOf(pending, current);
  const [flag, value] = splitOption(current);
  if (value !== undefined) return withFlag(flag, valuesOf(optionOf(command, flag), value));
  if (current.startsWith("-")) return begin(current, optionsOf(command));
  const commands = position === 0 ? command.createHelp().visibleCommands(command) : [];
  const candidates = commands.map((one) => ({ value: one.name(), description: one.description() }));
  const argument = argumentAt(command, position);
  if (argument === undefined) return begin(current, candidates);
  if (argument.argChoices)
    return begin(current, [...candidates, ...argument.argChoices.map((text) => ({ value: text }))]);
  if (HOST_ARGUMENTS.has(argument.name())) {
    const hosts = await sources.hosts(line.configFile, current);
    return begin(current, [...candidates, ...hosts.map((host) => ({ value: host }))]);
  }
  return PATHS.has(argument.name()) ? "files" : begin(current, candidates);
}

interface Line {
  readonly command: Command;
  /** The option that the word to complete is the value of. */
  readonly pending?: Option;
  /** The number of arguments before the word. */
  readonly position: number;
  readonly configFile?: string;
}

function readLine(program: Command, words: readonly string[]): Line {
  let line: Line = { command: program, position: 0 };
  for (const word of words) {
    const { command, pending } = line;
    if (pending) {
      if (word === "=") continue;
      line = { ...line, pending: undefined, ...(pending.long === "--config.file" && { configFile: word }) };
      continue;
    }
    if (word.startsWith("-")) {
      const [flag, value] = splitOption(word);
      const option = optionOf(command, flag);
      if (option?.long === "--config.file" && value !== undefined) line = { ...line, configFile: value };
      else if (option?.required && value === undefined) line = { ...line, pending: option };
      continue;
    }
    const next = line.position === 0 ? command.commands.find((one) => one.name() === word) : undefined;
    line = next ? { ...line, command: next, position: 0 } : { ...line, position: line.position + 1 };
  }
  return line;
}

/** `--flag=value` */
function splitOption(word: string): readonly [flag: string, value: string | undefined] {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function optionOf(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => long === flag || short === flag);
}

function optionsOf(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long === undefined || long === null ? [] : [{ value: long, description }]));
}

function valuesOf(option: Option | undefined, current: string): Completion {
  if (option?.argChoices)
    return begin(
      current,
      option.argChoices.map((value) => ({ value })),
    );
  const placeholder = /[<[]([\w-]+)/.exec(option?.flags ?? "")?.[1];
  return placeholder !== undefined && PATHS.has(placeholder) ? "files" : [];
}

function withFlag(flag: string, completion: Completion): Completion {
  return completion === "files" ? completion : completion.map(({ value }) => ({ value: `${flag}=${value}` }));
}

function argumentAt({ registeredArguments }: Command, position: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[position] ?? (last?.variadic ? last : undefined);
}

const begin = (prefix: string, candidates: readonly Candidate[]): readonly Candidate[] =>
  candidates.filter(({ value }) => value.startsWith(prefix));

/** The line that asks the shell for its files. */
const FILES_LINE = ":files";

/** The completion as the scripts below read it: a candidate a line, with its description behind a tab. */
export function completionText(completion: Completion): string {
  const lines =
    completion === "files"
      ? [FILES_LINE]
      : completion.map(({ value, description }) => (description ? `${value}\t${description}` : value));
  return lines.map((line) => `${line}\n`).join("");
}

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * The script that a shell sources. It passes the words of the command line as arguments to `lightsout complete`, never
 * through eval, so that nothing on the line runs before Enter is pressed.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for lightsout; source it, e.g. from /etc/bash_completion.d/lightsout
_lightsout() {
  local line IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while read -r line; do
    if [ "$line" = "${FILES_LINE}" ]; then
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$current"))
      return
    fi
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(lightsout complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _lightsout lightsout
`,
  zsh: `#compdef lightsout
# zsh completion for lightsout; save it as _lightsout in a folder of $fpath
_lightsout() {
  local line
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == "${FILES_LINE}" ]]; then
      _files
      return
    fi
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}\${\${(M)line%$'\\t'*}:+:\${line#*$'\\t'}}")
  done < <(lightsout complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe lightsout candidates
}
if [ "$funcstack[1]" = "_lightsout" ]; then
  _lightsout "$@"
else
  compdef _lightsout lightsout
fi
`,
  fish: `# fish completion for lightsout; save it as ~/.config/fish/completions/lightsout.fish
function __lightsout_complete
  set -l words (commandline --tokenize --current-process --cut-at-cursor)
  set -l candidates (lightsout complete -- $words[2..] (commandline --current-token --cut-at-cursor) 2>/dev/null)
  if test "$candidates[1]" = "${FILES_LINE}"
    __fish_complete_path (commandline --current-token --cut-at-cursor)
    return
  end
  printf '%s\\n' $candidates
end
complete --command lightsout --no-files --arguments '(__lightsout_complete)'
`,
};
