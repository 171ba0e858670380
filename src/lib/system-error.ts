/** Why a file cannot be read or written, and what to do, by error code. */
const FILE: Readonly<Record<string, string>> = {
  ENOENT: "no such file; check the path, and whether it is mounted",
  EACCES: "permission denied; change its owner or mode",
  EPERM: "permission denied; change its owner or mode",
  EISDIR: "it is a directory; give the path of a file",
  ENOTDIR: "a part of its path is not a directory",
  ELOOP: "too many symbolic links; they form a loop",
  ENAMETOOLONG: "the path is too long",
  EMFILE: "too many open files; raise the limit (ulimit -n)",
  ENFILE: "too many open files in the system; raise the limit of the system",
  EIO: "I/O error of the disk or network file system",
  ESTALE: "stale file handle; mount the network file system again",
  EFBIG: "the file is too large",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is exceeded",
};

const UNTRUSTED = "its certificate is not signed by a trusted CA; set NODE_EXTRA_CA_CERTS to the file of the CA";

/** Why a request to a server fails, and what to do, by error code. */
const SERVER: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused; check that the server runs, and the port",
  ENOTFOUND: "the name does not resolve; check its spelling, and DNS",
  EAI_AGAIN: "the name does not resolve: no DNS server answers",
  EHOSTUNREACH: "host unreachable; check routes and firewalls",
  ENETUNREACH: "network unreachable; check routes",
  ETIMEDOUT: "connection timed out; check firewalls",
  UND_ERR_CONNECT_TIMEOUT: "connection timed out; check firewalls",
  UND_ERR_HEADERS_TIMEOUT: "connected, but no response arrived in time",
  UND_ERR_BODY_TIMEOUT: "the response was not complete in time",
  UND_ERR_SOCKET: "the server closed the connection; it may expect https://",
  ECONNRESET: "the server closed the connection; it may expect https://",
  EPIPE: "the server closed the connection",
  HPE_INVALID_CONSTANT: "the response is not HTTP; check the port",
  EPROTO: "TLS failed; the server may expect http://",
  ERR_SSL_WRONG_VERSION_NUMBER: "the response is not TLS; the server may expect http://",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "the response is not TLS; the server may expect http://",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet; check the clocks",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name; use the name in the certificate",
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
};

/** Why a file cannot be read or written, in words; the error code if it has none. */
export function fileProblem(error: unknown): string {
  const code = codeOf(error);
  return (code && FILE[code]) ?? code ?? "unknown reason";
}

/** Why a request to a server failed, in words; undefined for an unknown error code. */
export function serverProblem(error: unknown): string | undefined {
  const code = codeOf(error);
  return code && SERVER[code];
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return error.code;
}
