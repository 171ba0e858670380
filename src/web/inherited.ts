import { fstatSync } from "node:fs";
import { ListenError } from "./address.ts";

/** A listening socket that this process was started with. */
export interface InheritedSocket {
  readonly fd: number;
}

/** File descriptor of the first socket that systemd passes (sd_listen_fds(3)). */
const FIRST = 3;
const MOST = 64;

const DO_WHAT = "start it from a unit that has a .socket unit, or leave out --web.systemd-socket";

const isSocket = (fd: number): boolean => {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
};

/**
 * The sockets that systemd listens on and passes to this process: LISTEN_FDS of them for the process LISTEN_PID, from
 * descriptor 3 on. Throws a ListenError that says why there are none.
 */
export function inheritedSockets(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
  socketAt: (fd: number) => boolean = isSocket,
): readonly InheritedSocket[] {
  const { LISTEN_FDS: count, LISTEN_PID: owner } = env;
  if (count === undefined || owner === undefined)
    throw new ListenError(`systemd passed no socket (LISTEN_FDS and LISTEN_PID are not set); ${DO_WHAT}`);
  if (Number(owner) !== pid)
    throw new ListenError(
      `systemd passed its sockets to process ${owner}, this one is ${pid}: something stands between them, npm, npx or a shell; let ExecStart= run node and dist/cli/main.js directly`,
    );
  const sockets = Number(count);
  if (!Number.isInteger(sockets) || sockets < 1 || sockets > MOST)
    throw new ListenError(`LISTEN_FDS is ${JSON.stringify(count)}, not a number of sockets from 1 to ${MOST}`);
  return Array.from({ length: sockets }, (_, index) => {
    const fd = FIRST + index;
    if (!socketAt(fd))
      throw new ListenError(`file descriptor ${fd} is not a socket, though LISTEN_FDS is ${sockets}; ${DO_WHAT}`);
    return { fd };
  });
}
