import { run } from "./run.ts";

/** What promtool thinks of an exposition. */
interface MetricsCheck {
  /** True when it can be parsed and no rule of naming or typing is hurt. */
  readonly ok: boolean;
  /** promtool's own lines, empty when there is nothing to say. */
  readonly complaints: readonly string[];
}

/** Reads an exposition with `promtool check metrics`. */
export async function checkMetrics(text: string): Promise<MetricsCheck> {
  const result = await run("promtool", ["check", "metrics"], { input: text });
  const complaints = `${result.stdout}${result.stderr}`.split("\n").filter((line) => line.trim() !== "");
  return { ok: result.code === 0 && complaints.length === 0, complaints };
}

/** Checks rule files with `promtool check rules`; `ok` is promtool's exit code. */
export async function checkRules(...files: string[]): Promise<MetricsCheck> {
  const result = await run("promtool", ["check", "rules", ...files]);
  const complaints = `${result.stdout}${result.stderr}`.split("\n").filter((line) => line.trim() !== "");
  return { ok: result.code === 0, complaints };
}

/** Runs rule unit tests with `promtool test rules`. */
export async function testRules(...files: string[]): Promise<MetricsCheck> {
  const result = await run("promtool", ["test", "rules", ...files], { timeoutMs: 120_000 });
  const complaints = `${result.stdout}${result.stderr}`.split("\n").filter((line) => line.trim() !== "");
  return { ok: result.code === 0, complaints };
}
