import type { HistorySeries } from "../../model/index.ts";
import { html, type Markup } from "./html.ts";

const WIDTH = 120;
const HEIGHT = 20;
/** Room above and below, so that the line is not cut. */
const ROOM = 1.5;

/**
 * A series as a line without axes; steps without a value are gaps. Lines of one series are comparable with each other only
 * by the minimum and maximum beside them.
 *
 * @param label what a screen reader says; without it the line is decoration
 */
export function sparkline({ values, min, max }: HistorySeries, label?: string): Markup {
  const range = max - min;
  const x = (index: number): string => fixed((index / Math.max(1, values.length - 1)) * WIDTH);
  // A constant value is a line in the middle.
  const y = (value: number): string =>
    fixed(range === 0 ? HEIGHT / 2 : HEIGHT - ROOM - ((value - min) / range) * (HEIGHT - 2 * ROOM));
  let path = "";
  let isDown = false;
  let alone: string | undefined;
  for (const [index, value] of values.entries()) {
    if (value === undefined) {
      isDown = false;
      continue;
    }
    const point = `${x(index)} ${y(value)}`;
    path += `${isDown ? "L" : "M"}${point}`;
    // A single value between gaps is a dot: a line of no length with round ends.
    alone = isDown ? undefined : point;
    if (alone !== undefined && values[index + 1] === undefined) path += `L${alone}`;
    isDown = true;
  }
  const role = label === undefined ? html` aria-hidden="true"` : html` role="img" aria-label="${label}"`;
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none"${role} focusable="false"><path d="${path}"/></svg>`;
}

const fixed = (value: number): string => String(Math.round(value * 10) / 10);
