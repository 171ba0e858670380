import { once } from "node:events";
import type { Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
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
  /** Told of each piece when nobody reads it any more. */
  readonly sent?: (piece: Uint8Array) => void;
}

/** `complete`; `gone`: the client went away; `slow`: it did not read in time. */
export type StreamEnd = "complete" | "gone" | "slow";

/** Writes pieces as they are taken, letting polls go on between two. Nothing is made that nobody reads. */
async function writeAll(
  sink: Writable,
  pieces: Iterable<Uint8Array>,
  { sent, signal }: { readonly sent?: (piece: Uint8Array) => void; readonly signal: AbortSignal },
): Promise<void> {
  for (const piece of pieces) {
    const hasRoom = sink.write(piece, (error) => {
      if (!error) sent?.(piece);
    });
    if (!hasRoom) await once(sink, "drain", { signal });
    await nextTurn();
    signal.throwIfAborted();
  }
  sink.end();
}

/** Sends pieces as the client reads them, compressed where it asks for that; zlib works on a thread of its own. */
export async function sendPieces(
  request: Request,
  response: Response,
  pieces: Iterable<Uint8Array>,
  { contentType, clock, withinMs, sent }: StreamOptions,
): Promise<StreamEnd> {
  const gzip = asksForGzip(request.get("accept-encoding"));
  response.status(200).set({ "Content-Type": contentType, Vary: "Accept-Encoding" });
  if (gzip) response.set("Content-Encoding", "gzip");
  if (request.method === "HEAD") {
    response.end();
    return "complete";
  }
  const stop = new AbortController();
  const { signal } = stop;
  let why: StreamEnd = "complete";
  const stopFor = (reason: StreamEnd): void => {
    if (why === "complete") why = reason;
    stop.abort();
  };
  const timer = clock.after(withinMs, () => stopFor("slow"));
  response.once("close", () => {
    if (!response.writableFinished) stopFor("gone");
  });
  try {
    if (gzip) {
      const packed = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 });
      await Promise.all([pipeline(packed, response, { signal }), writeAll(packed, pieces, { sent, signal })]);
    } else {
      await Promise.all([finished(response, { signal }), writeAll(response, pieces, { sent, signal })]);
    }
    return "complete";
  } catch (error) {
    // Half an answer must not look like a whole one.
    response.destroy();
    if (signal.aborted) return why;
    throw error;
  } finally {
    timer.cancel();
  }
}
