import type { ConfigProblem } from "../problem.ts";
import type { ConfigSource } from "../source.ts";
import type { TlsSection } from "./schema.ts";
import { clientAuthOf, wantsTls } from "./tls.ts";
import { TLS_VERSIONS } from "./tls-names.ts";

/** Checks of tls_server_config that need several keys. */
export function checkTlsSection(section: TlsSection, source: ConfigSource): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const say = (key: string, message: string): void =>
    void problems.push(source.problem(["tls_server_config", ...(key === "" ? [] : [key])], message));
  for (const name of ["cert", "key", "client_ca"] as const)
    if (section[name] !== undefined && section[`${name}_file`] !== undefined)
      say(`${name}_file`, `give only one of ${name}, ${name}_file`);
  if (TLS_VERSIONS.indexOf(section.min_version) > TLS_VERSIONS.indexOf(section.max_version))
    say("max_version", `${section.max_version} is older than min_version, ${section.min_version}`);
  if (!wantsTls(section)) {
    if (section.client_allowed_sans !== undefined) say("client_allowed_sans", "has no effect without cert_file");
    return problems;
  }
  for (const name of ["cert", "key"] as const)
    if (section[name] === undefined && section[`${name}_file`] === undefined)
      say("", `TLS needs a certificate and its key; give ${name}_file`);
  checkClients(section, say);
  return problems;
}

function checkClients(section: TlsSection, say: (key: string, message: string) => void): void {
  const auth = clientAuthOf(section);
  const caKey = section.client_ca === undefined ? "client_ca_file" : "client_ca";
  const hasCa = section[caKey] !== undefined;
  const verifies = auth === "VerifyClientCertIfGiven" || auth === "RequireAndVerifyClientCert";
  if (hasCa && auth === "NoClientCert") say(caKey, "has no effect; add client_auth_type: RequireAndVerifyClientCert");
  if (verifies && !hasCa)
    say(
      "client_auth_type",
      "needs client_ca_file: without it, clients with a certificate of any public CA would be accepted",
    );
  if (section.client_allowed_sans !== undefined && !/^Require/.test(auth))
    say(
      "client_allowed_sans",
      "needs client_auth_type: RequireAndVerifyClientCert, or client certificates are not verified",
    );
}
