import { fstatSync } from "node:fs";
import { ListenError } from "./address.ts";

/** A listening socket that this process inherited. */
export interface InheritedSocket {
  readonly fd: number;
}

/** File descriptor of the first socket that systemd passes (sd_listen_fds(3)). */
const FIRST = 3;
const MAX_SOCKETS = 64;

const REMEDY = "start it from a unit with a .socket unit, or omit --web.systemd-socket";

const isSocket = (fd: number): boolean => {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
};

/**
 * The sockets that systemd listens on and passes to this process: LISTEN_FDS of them for the process LISTEN_PID, from
 * descriptor 3 on. Throws a ListenError with the reason if there are none.
 */
export function inheritedSockets(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
  socketAt: (fd: number) => boolean = isSocket,
): readonly InheritedSocket[] {
  const { LISTEN_FDS: count, LISTEN_PID: owner } = env;
  if (count === undefined || owner === undefined)
    throw new ListenError(`systemd passed no socket (LISTEN_FDS and LISTEN_PID are not set); ${REMEDY}`);
  if (Number(owner) !== pid)
    throw new ListenError(
      `systemd passed its sockets to process ${owner}, and not to this process ${pid}; ExecStart= must run node and dist/cli/main.js directly, without npm, npx or a shell`,
    );
  const sockets = Number(count);
  if (!Number.isInteger(sockets) || sockets < 1 || sockets > MAX_SOCKETS)
    throw new ListenError(
      `LISTEN_FDS is ${JSON.stringify(count)}, but must be a number of sockets from 1 to ${MAX_SOCKETS}`,
    );
  return Array.from({ length: sockets }, (_, index) => {
    const fd = FIRST + index;
    if (!socketAt(fd))
      throw new ListenError(`file descriptor ${fd} is not a socket, but LISTEN_FDS is ${sockets}; ${REMEDY}`);
    return { fd };
  });
}
