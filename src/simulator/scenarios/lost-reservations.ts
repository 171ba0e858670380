import type { Scenario } from "../bmc/misbehaviour.ts";
import { readsSdr, readsSel } from "./command-filter.ts";

/** Another console reserves the repository and so cancels the reservation of the client: C5h in the middle of a record. */
export function lostReservations(options: { readonly probability: number }): Scenario {
  return ({ random, cancelReservations }) => ({
    name: "lost reservations",
    answer(request) {
      if ((readsSdr(request) || readsSel(request)) && random.chance(options.probability)) cancelReservations();
      return undefined;
    },
  });
}
