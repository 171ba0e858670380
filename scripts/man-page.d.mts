import type { Command } from "commander";

/** The manual page lightsout(1) of a command line, as roff text. */
export function manPage(program: Command, about: { readonly version: string; readonly date: string }): string;
