import { spawnSync } from "node:child_process";

const present = spawnSync("promtool", ["--version"]).error === undefined;

/** Why promtool cannot be asked, or undefined. In CI a missing promtool is a failure and not a reason. */
export const promtoolMissing: string | undefined =
  present || process.env.CI === "true" ? undefined : "promtool is not installed (Debian package prometheus)";

/** What `promtool check metrics` says about an exposition: its complaints, one a line. */
export function checkMetrics(text: string | Uint8Array): string[] {
  const { status, stdout, stderr, error } = spawnSync("promtool", ["check", "metrics"], {
    input: text,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  const complaints = `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
  if (status !== 0 && complaints.length === 0) complaints.push(`promtool ended with ${status}`);
  return complaints;
}
