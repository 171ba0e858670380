#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { endOnOutputErrors } from "./output-errors.ts";
import { createProgram } from "./program.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

// The exporter must outlive its standard output.
if (process.argv[2] !== "serve") endOnOutputErrors();

try {
  await createProgram(version).parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // 2 after a usage error, so that scripts can distinguish it from a BMC that is down.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
