import type { Layout } from "../command.ts";

/** [0-1] reservation id. Cancelled by the next reservation (another poller's too), by writes and by a reset. */
export interface Reservation {
  readonly reservationId: number;
}

export const reservation: Layout<Reservation> = {
  decode: (from) => ({ reservationId: from.u16() }),
  encode(to, r) {
    to.u16(r.reservationId);
  },
};
