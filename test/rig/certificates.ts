import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runOrFail } from "./run.ts";

/** A certificate and its key, as files and as text. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

/** A certification authority of the test's own, with openssl; everything lies in `folder`. */
export interface Authority extends Certified {
  /** A certificate signed by it; `sans` as openssl writes them: `DNS:localhost,IP:127.0.0.1`. */
  issue(name: string, sans: string, usage?: "serverAuth" | "clientAuth" | "serverAuth,clientAuth"): Promise<Certified>;
}

const EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

export async function makeAuthority(folder: string, name: string): Promise<Authority> {
  const files = (of: string): Certified => ({ cert: join(folder, `${of}.pem`), key: join(folder, `${of}.key`) });
  const ca = files(name);
  const subject = ["-subj", `/CN=${name}`, "-days", "2"];
  await runOrFail("openssl", ["req", "-x509", ...EC_KEY, "-keyout", ca.key, "-out", ca.cert, ...subject]);
  return {
    ...ca,
    async issue(of, sans, usage = "serverAuth") {
      const { cert, key } = files(of);
      const request = join(folder, `${of}.csr`);
      const extensions = join(folder, `${of}.ext`);
      writeFileSync(extensions, `subjectAltName=${sans}\nextendedKeyUsage=${usage}\n`);
      await runOrFail("openssl", ["req", ...EC_KEY, "-keyout", key, "-out", request, "-subj", `/CN=${of}`]);
      const by = ["-CA", ca.cert, "-CAkey", ca.key, "-CAcreateserial", "-days", "2", "-extfile", extensions];
      await runOrFail("openssl", ["x509", "-req", "-in", request, "-out", cert, ...by]);
      return { cert, key };
    },
  };
}
