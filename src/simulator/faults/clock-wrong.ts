import type { BoardState } from "../boards/board.ts";
import { hostFault } from "./fault.ts";
import { choice, number } from "./parameter.ts";

/** Time of a clock that lost its battery. */
const FIRST_SECOND = Date.UTC(2000, 0, 1) / 1000;

export const clockWrong = hostFault({
  name: "clock_wrong",
  title: "BMC clock wrong",
  description: "The clock of the BMC is off, or lost its time and counts from the year 2000.",
  logs: "nothing by itself; later entries have the wrong time",
  parameters: {
    how: choice("off by the given number of seconds, or lost", "off", "lost"),
    seconds: number("how far it is ahead; negative is behind", 5400, -1e9, 1e9, "seconds"),
  },
  start(host, { how, seconds }) {
    let moved: { readonly state: BoardState; readonly by: number } | undefined;
    const move = (): void => {
      const { state } = host;
      if (moved || !state) return;
      moved = { state, by: how === "off" ? seconds : FIRST_SECOND - state.clockSeconds() };
      state.clockOffsetSeconds += moved.by;
    };
    move();
    return {
      advance: move,
      stop() {
        if (moved) moved.state.clockOffsetSeconds -= moved.by;
      },
    };
  },
});
