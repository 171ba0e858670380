import { once } from "node:events";
import type { Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { constants, createGzip } from "node:zlib";
import type { Request, Response } from "express";
import { asksForGzip } from "./encoding.ts";

export interface StreamOptions {
  readonly contentType: string;
  /** Told of each piece when nobody reads it any more. */
  readonly sent?: (piece: Uint8Array) => void;
}

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

/**
 * Sends pieces as the client reads them, compressed where it asks for that; zlib works on a thread of its own. Ends
 * when all is read, or nobody reads it any more; that nobody takes too long is for Deliveries to see to.
 */
export async function sendPieces(
  request: Request,
  response: Response,
  pieces: Iterable<Uint8Array>,
  { contentType, sent }: StreamOptions,
): Promise<void> {
  const gzip = asksForGzip(request.get("accept-encoding"));
  response.status(200).set({ "Content-Type": contentType, Vary: "Accept-Encoding" });
  if (gzip) response.set("Content-Encoding", "gzip");
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  const stop = new AbortController();
  const { signal } = stop;
  response.once("close", () => {
    if (!response.writableFinished) stop.abort();
  });
  try {
    if (gzip) {
      const packed = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 });
      await Promise.all([pipeline(packed, response, { signal }), writeAll(packed, pieces, { sent, signal })]);
    } else {
      await Promise.all([finished(response, { signal }), writeAll(response, pieces, { sent, signal })]);
    }
  } catch (error) {
    const isGone = signal.aborted;
    // Who still waits for room waits for nothing.
    stop.abort();
    // Half an answer must not look like a whole one.
    response.destroy();
    if (!isGone) throw error;
  }
}
