import type { PastEvent, Sensor } from "../../model/index.ts";
import { wordsOf } from "./fleet.ts";
import { html, type Markup } from "./html.ts";
import { spaced } from "./words.ts";

/** Which sensors and events of a host a search finds: those that contain every word. */
export interface HostSearch {
  /** As typed. */
  readonly text: string;
  sensor(sensor: Sensor): boolean;
  event(event: PastEvent): boolean;
}

export function hostSearch(text: string): HostSearch {
  const words = wordsOf(text);
  const holds = (...parts: readonly (string | undefined)[]): boolean => {
    if (words.length === 0) return true;
    const all = parts
      .filter((part) => part !== undefined)
      .join(" ")
      .toLowerCase();
    return words.every((word) => all.includes(word));
  };
  return {
    text,
    sensor: ({ name, id, entity, kind, role, states }) =>
      holds(name, id, `entity ${entity}`, spaced(kind), role, ...states.map(spaced)),
    event: ({ sensor, severity, text: event }) => holds(sensor, spaced(severity), event),
  };
}

/** The field of the search; it keeps the period of the lines. */
export function searchForm({ text }: HostSearch, period: string): Markup {
  return html`<form class="find-here" method="get" role="search" aria-label="Sensors and events of this host"><label class="hide" for="find">Search sensors and events of this host</label><input id="find" type="search" name="find" value="${text}" placeholder="Search sensors and events">${period !== "1h" && html`<input type="hidden" name="history" value="${period}">`}<button type="submit">Search</button></form>`;
}
