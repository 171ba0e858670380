import { foldHosts } from "../../inventory/index.ts";
import { type Host, PLACE_LABELS } from "../../model/index.ts";
import type { ChangeOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";
import { ask, hasTerminal } from "./terminal.ts";

/**
 * Gets the confirmation of a change: the number of hosts, typed; for one host `y`, or nothing if the change is harmless.
 *
 * @returns how it was confirmed, for the audit log
 * @throws Refusal
 */
export async function confirm(
  action: string,
  hosts: readonly Host[],
  { yes, expect }: Pick<ChangeOptions, "yes" | "expect">,
  details: { readonly isHarmless: boolean; readonly lines: () => Promise<readonly string[]> },
): Promise<string> {
  if (expect !== undefined && expect !== hosts.length)
    throw new Refusal(`--expect ${expect}, but ${hosts.length} hosts are selected; nothing was sent`);
  if (yes) return "--yes";
  const [only, second] = hosts;
  const isSingle = only !== undefined && second === undefined;
  if (isSingle && details.isHarmless) return "none needed";
  if (!hasTerminal())
    throw new Refusal(`${action} on ${hosts.length} host${isSingle ? "" : "s"} needs a confirmation; give --yes`);
  const lines = [
    `${action}: ${foldHosts(hosts.map(({ name }) => name))}`,
    ...countsOf(hosts),
    ...(await details.lines()),
  ];
  process.stderr.write(lines.map((line) => `${line}\n`).join(""));
  const expected = isSingle ? "y" : String(hosts.length);
  const typed = await ask(isSingle ? "Continue? [y/N] " : "Type the number of hosts to continue: ");
  if (typed.toLowerCase() !== expected) throw new Refusal("not confirmed; nothing was sent");
  return `typed ${expected}`;
}

/** How many hosts are in each place, e.g. "rack: 36 r12, 4 r13". */
function countsOf(hosts: readonly Host[]): readonly string[] {
  return PLACE_LABELS.filter((label) => label !== "position").flatMap((label) => {
    const counts = new Map<string, number>();
    for (const { place } of hosts) {
      const value = place[label] ?? "(none)";
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    if (hosts.length === 1 || (counts.size === 1 && counts.has("(none)"))) return [];
    return [`  ${label}: ${[...counts].map(([value, count]) => `${count} ${value}`).join(", ")}`];
  });
}
