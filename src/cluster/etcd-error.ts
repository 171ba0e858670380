export type EtcdErrorKind =
  /** No endpoint answered, or the members have no leader. */
  | "unreachable"
  /** User name, password, certificate or rights. */
  | "refused"
  /** The quota of the database is used up: etcd accepts no new values. */
  | "no_space"
  /** The lease does not exist any more. */
  | "lease_gone"
  /** An answer that is none of etcd's, or a request that etcd rejects. */
  | "invalid";

/** A request to etcd that failed. The message is for operators and contains no secret. */
export class EtcdError extends Error {
  readonly kind: EtcdErrorKind;

  constructor(kind: EtcdErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EtcdError";
    this.kind = kind;
  }
}

/** Codes of gRPC that etcd's JSON gateway returns in its error bodies. */
const Code = { NotFound: 5, PermissionDenied: 7, ResourceExhausted: 8, Unavailable: 14, Unauthenticated: 16 } as const;

/** Texts of etcd that its code (2 or 3) does not tell apart. */
const REFUSED = /authentication failed|invalid user|invalid auth token|user name is empty|permission denied/i;
const UNREACHABLE = /no leader|request timed out|leader changed|not capable|server stopped|too many requests/i;

/** The error of an answer with a status that is not 200. */
export function errorOf(status: number, body: string): EtcdError {
  const { code, message } = parsed(body);
  const text = message || `HTTP ${status}`;
  if (code === Code.ResourceExhausted && /space exceeded/i.test(text))
    return new EtcdError(
      "no_space",
      `etcd accepts no new values: ${text}; compact and defragment it, then disarm its alarm (etcdctl alarm disarm)`,
    );
  if (code === Code.NotFound && /lease not found/i.test(text)) return new EtcdError("lease_gone", text);
  if (code === Code.PermissionDenied || code === Code.Unauthenticated || REFUSED.test(text))
    return new EtcdError("refused", `etcd refused the request: ${text}; check username and password_file`);
  if (code === Code.Unavailable || UNREACHABLE.test(text) || status === 503)
    return new EtcdError("unreachable", `etcd cannot answer: ${text}`);
  return new EtcdError("invalid", `etcd answered with an error: ${text}`);
}

function parsed(body: string): { readonly code?: number; readonly message?: string } {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null) return {};
    const { code, message, error } = value as Readonly<Record<string, unknown>>;
    const text = typeof message === "string" && message !== "" ? message : error;
    return {
      ...(typeof code === "number" && { code }),
      ...(typeof text === "string" && { message: text }),
    };
  } catch {
    return {};
  }
}
