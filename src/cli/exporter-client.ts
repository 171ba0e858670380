import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { fileProblem, hideUrlsIn, serverProblem } from "../lib/index.ts";
import { httpUrl } from "./options.ts";

/** A request to a running exporter that failed; the message names the exporter and the remedy. */
export class ExporterRequestError extends Error {
  override readonly name = "ExporterRequestError";
  /** Status of the response; absent without one. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** How to reach a running exporter. */
export interface ExporterAccess {
  readonly url: string;
  readonly username?: string;
  readonly passwordFile?: string;
}

/** Far more than the answer about ten thousand hosts. */
const LONGEST_RESPONSE = 512 * 1024 * 1024;
const PASSWORD_VARIABLE = "LIGHTSOUT_EXPORTER_PASSWORD";

/** Adds the options that name a running exporter. Its password is never an argument. */
export function addExporterOptions(command: Command, help: string): Command {
  return command
    .addOption(new Option("--exporter <url>", help).env("LIGHTSOUT_EXPORTER").argParser(httpUrl))
    .addOption(
      new Option("--exporter-username <name>", "user of the exporter's web configuration").env(
        "LIGHTSOUT_EXPORTER_USERNAME",
      ),
    )
    .option("--exporter-password-file <path>", `file with its password (default: the variable ${PASSWORD_VARIABLE})`);
}

/** The exporter of a command's options; undefined if none is named. */
export function exporterOf(options: Record<string, string | undefined>): ExporterAccess | undefined {
  const { exporter: url, exporterUsername: username, exporterPasswordFile: passwordFile } = options;
  return url === undefined ? undefined : { url, username, passwordFile };
}

/**
 * The response of the exporter to a GET request.
 *
 * @param path with its query, e.g. "/hosts?parts=sensors"
 * @throws ExporterRequestError
 */
export async function requestExporter(
  access: ExporterAccess,
  path: string,
  { accept, signal }: { readonly accept: string; readonly signal: AbortSignal },
): Promise<string> {
  const { origin, username, password, pathname } = new URL(access.url);
  if (username !== "" || password !== "")
    throw new ExporterRequestError(
      "the URL of --exporter must not hold a user name or a password; give --exporter-username and --exporter-password-file",
    );
  const headers: Record<string, string> = { accept, "accept-encoding": "gzip" };
  const authorization = await authorizationOf(access);
  if (authorization !== undefined) headers.authorization = authorization;
  const prefix = pathname.replace(/\/+$/, "");
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${origin}${prefix}${path}`, { headers, signal, redirect: "error" });
    text = await bodyOf(response);
  } catch (error) {
    throw new ExporterRequestError(`${origin} did not answer: ${problemOf(error, signal)}`);
  }
  if (response.ok) return text;
  throw new ExporterRequestError(`${origin} refused: ${refusalOf(response, text)}`, response.status);
}

async function authorizationOf({ username, passwordFile }: ExporterAccess): Promise<string | undefined> {
  if (username === undefined) return undefined;
  let password = process.env[PASSWORD_VARIABLE];
  if (passwordFile !== undefined)
    try {
      password = (await readFile(passwordFile, "utf8")).replace(/\r?\n$/, "");
    } catch (error) {
      throw new ExporterRequestError(`--exporter-password-file: cannot read ${passwordFile}: ${fileProblem(error)}`);
    }
  if (password === undefined)
    throw new ExporterRequestError(
      `no password for ${username} of the exporter; give --exporter-password-file, or set ${PASSWORD_VARIABLE}`,
    );
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

async function bodyOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.byteLength;
    if (length > LONGEST_RESPONSE) throw new Error("its response is too long; is this lightsout?");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function problemOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "no response in time; give a longer --timeout";
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  return serverProblem(cause) ?? serverProblem(first) ?? hideUrlsIn(text);
}

function refusalOf({ status }: Response, text: string): string {
  if (status === 401) return "it requires a login; give --exporter-username and --exporter-password-file";
  const [line = ""] = text.trim().split("\n");
  return line === "" || line.startsWith("<") ? `status ${status}` : line.slice(0, 300);
}
