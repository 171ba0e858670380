import { type Config, redactConfig } from "../config/index.ts";

/** What /config shows: the configuration with all defaults and without secrets, then the problems of the inventory. */
export function configText(config: Config, problems: readonly string[]): string {
  const lines = problems.map((problem) => `# ${problem.replace(/[\r\n]+/g, " ")}\n`);
  const title = `\n# Problems with the inventory: ${problems.length}\n`;
  return redactConfig(config) + (problems.length > 0 ? title + lines.join("") : "");
}
