/** Runs programs for the release scripts: without a shell, with a limit of time, and with their output in the error. */
import { execFile } from "node:child_process";

/** Resolves to the output. @throws Error with the end of the output if the program fails */
export function run(program, args, { cwd, env, timeoutMs = 300_000 } = {}) {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 2 ** 26 };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const reason = error.code === "ENOENT" ? "not installed" : `${stdout}${stderr}`.trim().slice(-3000);
      reject(new Error(`${program} ${args[0] ?? ""}: ${reason}`));
    });
  });
}

/** Runs npm; the same npm that runs this script, if any. */
export function npm(args, options = {}) {
  const self = process.env.npm_execpath;
  const [program, ...first] = self?.endsWith(".js") ? [process.execPath, self] : ["npm"];
  // Settings of an outer npm would make it use another folder, or treat this run as a dry run.
  const outer = Object.keys(process.env).filter((name) =>
    /^npm_(config_(local_)?prefix|config_dry_run|package_)/.test(name),
  );
  const env = Object.fromEntries(outer.map((name) => [name, undefined]));
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  return run(program, [...first, ...args, ...quiet], { ...options, env: { ...env, ...options.env } });
}
