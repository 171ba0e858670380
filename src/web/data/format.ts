import type { Request, RequestHandler, Response } from "express";
import { sendPieces } from "../stream.ts";
import { type Cell, csvLine } from "./csv.ts";

/** What a client accepts; pages are the default. */
export type DataFormat = "html" | "json" | "csv";

export function formatOf(request: Request): DataFormat {
  const accepted = request.accepts(["text/html", "application/json", "text/csv"]);
  return accepted === "application/json" ? "json" : accepted === "text/csv" ? "csv" : "html";
}

/** Tells caches that one address has several forms. */
export const varyByAccept: RequestHandler = (_request, response, next) => {
  response.vary("Accept");
  next();
};

/** Rows that are made before polls run. */
const ROWS_PER_PIECE = 200;

/** A list of rows in pieces; `head` has the fields before the list, `name` is its key. */
export function sendJsonList(
  request: Request,
  response: Response,
  list: { readonly schema: string; readonly nowMs: number; readonly name: string; readonly perPiece?: number },
  rows: Iterable<unknown>,
): Promise<void> {
  const { schema, nowMs, name, perPiece = ROWS_PER_PIECE } = list;
  const head = JSON.stringify({ schema, time: new Date(nowMs).toISOString() }).slice(0, -1);
  const lines = (function* () {
    let separator = "";
    yield `${head},${JSON.stringify(name)}:[`;
    for (const row of rows) {
      yield `${separator}\n${JSON.stringify(row)}`;
      separator = ",";
    }
    yield "\n]}\n";
  })();
  return sendPieces(request, response, inPieces(lines, perPiece), { contentType: "application/json; charset=utf-8" });
}

export function sendCsv(
  request: Request,
  response: Response,
  columns: readonly string[],
  rows: Iterable<readonly Cell[]>,
): Promise<void> {
  const lines = (function* () {
    yield csvLine(columns);
    for (const row of rows) yield csvLine(row);
  })();
  return sendPieces(request, response, inPieces(lines, ROWS_PER_PIECE), { contentType: "text/csv; charset=utf-8" });
}

function* inPieces(lines: Iterable<string>, perPiece: number): Generator<Buffer> {
  let text = "";
  let count = 0;
  for (const line of lines) {
    text += line;
    if (++count < perPiece) continue;
    yield Buffer.from(text);
    text = "";
    count = 0;
  }
  if (text !== "") yield Buffer.from(text);
}
