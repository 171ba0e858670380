import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { constants, createGzip } from "node:zlib";
import type { Request, Response } from "express";
import type { Clock } from "../lib/index.ts";
import { asksForGzip } from "./encoding.ts";

export interface StreamOptions {
  readonly contentType: string;
  readonly clock: Clock;
  /** A client that takes longer is cut off. */
  readonly withinMs: number;
}

/** `complete`; `gone`: the client went away; `slow`: it did not read in time. */
export type StreamEnd = "complete" | "gone" | "slow";

/** Lets polls go on between two pieces. Nothing is made that the client does not read. */
async function* inTurns(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    yield piece;
    await nextTurn();
  }
}

/** Sends pieces as the client reads them, compressed where it asks for that; zlib works on a thread of its own. */
export async function sendPieces(
  request: Request,
  response: Response,
  pieces: Iterable<Uint8Array>,
  { contentType, clock, withinMs }: StreamOptions,
): Promise<StreamEnd> {
  const gzip = asksForGzip(request.get("accept-encoding"));
  response.status(200).set({ "Content-Type": contentType, Vary: "Accept-Encoding" });
  if (gzip) response.set("Content-Encoding", "gzip");
  if (request.method === "HEAD") {
    response.end();
    return "complete";
  }
  const late = new AbortController();
  const timer = clock.after(withinMs, () => late.abort());
  const source = Readable.from(inTurns(pieces));
  try {
    if (gzip) {
      const packed = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 });
      await pipeline(source, packed, response, { signal: late.signal });
    } else await pipeline(source, response, { signal: late.signal });
    return "complete";
  } catch (error) {
    if (late.signal.aborted) return "slow";
    if ((error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE" || response.socket?.destroyed !== false)
      return "gone";
    throw error;
  } finally {
    timer.cancel();
  }
}
