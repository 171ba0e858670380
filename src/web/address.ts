/** The exporter cannot listen on an address. The message says what to do. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  /** Another process uses the port; the address itself is valid. */
  get isInUse(): boolean {
    return (this.cause as NodeJS.ErrnoException | undefined)?.code === "EADDRINUSE";
  }
}

export interface ListenAddress {
  /** Absent: all addresses of this machine. */
  readonly host?: string;
  readonly port: number;
}

/** `:9623`, `127.0.0.1:9623`, `[::1]:9623`, `name:9623`. Throws a ListenError. */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9A-Fa-f:.%A-Za-z]+)\]|([^:[\]\s]*)):(\d+)$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (match && port > 65_535)
    throw new ListenError(`"${text}" is not a listen address: port ${match[3]} is greater than 65535`);
  if (!match)
    throw new ListenError(
      `"${text}" is not a listen address; use the form :9623, 127.0.0.1:9623, [::1]:9623 or name:9623`,
    );
  const host = match[1] ?? match[2];
  return host === undefined || host === "" ? { port } : { host, port };
}

/** The meaning of a failed listen, and what to do. */
export function listenError(address: string, cause: unknown): ListenError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return new ListenError(`cannot listen on ${address}: ${reasonOf(code)}`, { cause });
}

function reasonOf(code: string | undefined): string {
  switch (code) {
    case "EADDRINUSE":
      return "another process uses this port; stop it, or choose another port with --web.listen-address";
    case "EACCES":
    case "EPERM":
      return "not permitted; choose a port above 1023, or grant the capability CAP_NET_BIND_SERVICE";
    case "EADDRNOTAVAIL":
      return "this machine does not have this address; :PORT listens on all its addresses";
    case "EAFNOSUPPORT":
      return "this machine does not support this address family; is IPv6 disabled?";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "the name does not resolve; use an IP address, or :PORT for all addresses of this machine";
    case "EMFILE":
    case "ENFILE":
      return "too many open files; raise the limit (ulimit -n)";
    default:
      return code ?? "unknown error";
  }
}
