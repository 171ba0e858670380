import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Request, Response } from "express";
import { asksForGzip } from "./encoding.ts";
import { pagePolicy } from "./pages/style.ts";

const compress = promisify(gzip);
/** Smaller pages are sent as they are. */
const SMALLEST_COMPRESSED = 1024;

/** Sends a page, compressed if the client accepts that; zlib runs on its own thread. */
export async function sendPage(request: Request, response: Response, text: string): Promise<void> {
  response.set({ "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": pagePolicy() });
  response.vary("Accept").vary("Accept-Encoding");
  if (text.length < SMALLEST_COMPRESSED || !asksForGzip(request.get("accept-encoding"))) {
    response.send(text);
    return;
  }
  const packed = await compress(text, { level: constants.Z_BEST_SPEED });
  response.set("Content-Encoding", "gzip").send(packed);
}
