import { once } from "node:events";
import type { Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { constants, createGzip } from "node:zlib";
import type { Request, Response } from "express";
import { asksForGzip } from "./encoding.ts";

export interface StreamOptions {
  readonly contentType: string;
  /** Called for each piece that was sent. */
  readonly sent?: (piece: Uint8Array) => void;
}

/** Writes pieces as the client reads them; polls run in between. No piece is made before it can be written. */
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
 * Sends pieces as the client reads them, compressed if the client accepts it; zlib runs on its own thread. Ends when all
 * pieces are sent or the connection is closed. Deliveries bounds the time.
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
    // Ends the other of the two.
    stop.abort();
    // A partial response must not look complete.
    response.destroy();
    if (!isGone) throw error;
  }
}
