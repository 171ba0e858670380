/** Why a file cannot be read, and what would do, by the code of the system. */
const FILE: Readonly<Record<string, string>> = {
  ENOENT: "no such file; look at the path, and whether it is mounted",
  EACCES: "this user may not read it; change its owner or its mode",
  EPERM: "this user may not read it; change its owner or its mode",
  EISDIR: "it is a folder; name the file in it",
  ENOTDIR: "a part of its path is a file and no folder",
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "its path is too long",
  EMFILE: "too many open files; raise the limit (ulimit -n)",
  ENFILE: "too many open files; raise the limit of the system",
  EIO: "the disk or the network drive failed to read it",
  ESTALE: "the network drive it lies on was changed; mount that again",
  EFBIG: "it is too large",
};

const UNTRUSTED =
  "its certificate is signed by nobody this machine trusts; name the CA's file in the variable NODE_EXTRA_CA_CERTS";

/** Why a server cannot be asked, and what would do. */
const SERVER: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there; does the server run, and is the port right?",
  ENOTFOUND: "the name does not resolve; look at its spelling, and at DNS",
  EAI_AGAIN: "the name does not resolve, because no DNS server answers",
  EHOSTUNREACH: "there is no way to it; look at routes and firewalls",
  ENETUNREACH: "there is no way to its network; look at routes",
  ETIMEDOUT: "no answer to the connection; look at firewalls",
  UND_ERR_CONNECT_TIMEOUT: "no answer to the connection; look at firewalls",
  UND_ERR_HEADERS_TIMEOUT: "connected, but no answer came",
  UND_ERR_BODY_TIMEOUT: "the answer stopped on the way",
  UND_ERR_SOCKET: "it hung up; does it expect https://?",
  ECONNRESET: "it hung up; does it expect https://?",
  EPIPE: "it hung up",
  HPE_INVALID_CONSTANT: "what answers does not speak HTTP; is the port right?",
  EPROTO: "TLS failed; does it expect http://?",
  ERR_SSL_WRONG_VERSION_NUMBER: "what answers does not speak TLS; does it expect http://?",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "what answers does not speak TLS; does it expect http://?",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet; look at the clocks",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name; write the name it is for",
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
};

/** In words why reading a file failed; for a code without words, the code. */
export function fileProblem(error: unknown): string {
  const code = codeOf(error);
  return (code && FILE[code]) ?? code ?? "unknown reason";
}

/** In words why a server could not be asked; undefined for an error without a code that is known here. */
export function serverProblem(error: unknown): string | undefined {
  const code = codeOf(error);
  return code && SERVER[code];
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return error.code;
}
