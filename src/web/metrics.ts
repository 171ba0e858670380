import type { RequestHandler } from "express";
import { CONTENT_TYPE, type HostText, PieceStock, renderFleet, renderRackBudgets } from "../exposition/index.ts";
import { Parameters } from "./parameters.ts";
import type { BoundParts } from "./parts.ts";
import {
  isEverything,
  placeMatches,
  readSelection,
  SELECTION_PARAMETERS,
  type Selection,
  selectHosts,
} from "./selection.ts";
import { sendPieces } from "./stream.ts";

type Needs = Pick<BoundParts, "records" | "record" | "holdTexts" | "rackBudgets" | "selfMetrics">;

/** Exported once for a fleet that is scraped in slices, and never with single hosts. */
function budgetsOf(selection: Selection, parts: Needs): Buffer {
  const wanted = selection.hosts.length === 0 && (selection.slice?.index ?? 0) === 0;
  const budgets = wanted ? [...(parts.rackBudgets?.() ?? [])] : [];
  return renderRackBudgets(budgets.filter(({ place }) => placeMatches(place, selection)));
}

function* expositionOf(
  texts: readonly HostText[],
  stock: PieceStock,
  budgets: Buffer,
  self: string,
): Generator<Uint8Array> {
  yield* renderFleet(texts, { stock });
  if (budgets.length > 0) yield budgets;
  if (self !== "") yield Buffer.from(self);
}

/**
 * /metrics: the selected hosts, and the exporter's own metrics with all of them. A job that scrapes host by host would
 * otherwise store those once per host.
 */
export function metricsHandler(parts: Needs): RequestHandler {
  return async (request, response) => {
    const selection = readSelection(new Parameters(request, SELECTION_PARAMETERS));
    const texts = selectHosts(selection, parts).map(({ prepared }) => prepared);
    const release = parts.holdTexts(texts);
    try {
      const self = isEverything(selection) ? await parts.selfMetrics() : "";
      const stock = new PieceStock();
      const pieces = expositionOf(texts, stock, budgetsOf(selection, parts), self);
      await sendPieces(request, response, pieces, {
        contentType: CONTENT_TYPE,
        sent: (piece) => stock.give(piece),
      });
    } finally {
      release();
    }
  };
}

/** /metrics/self: only the metrics of the exporter itself. */
export function selfMetricsHandler({ selfMetrics }: Pick<BoundParts, "selfMetrics">): RequestHandler {
  return async (request, response) => {
    new Parameters(request, []);
    const text = await selfMetrics();
    response.set("Content-Type", CONTENT_TYPE).send(Buffer.from(text));
  };
}
