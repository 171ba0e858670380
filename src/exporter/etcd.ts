import { readFile } from "node:fs/promises";
import { EtcdClient } from "../cluster/index.ts";
import { type ClusterConfig, type Environment, readSecret } from "../config/index.ts";

/**
 * A client for the etcd of a cluster. Reads the files of certificates; the password is read at each login.
 *
 * @throws RangeError with a sentence for a file that cannot be read
 */
export async function openEtcd(config: ClusterConfig, env: Environment): Promise<EtcdClient> {
  const { caFile, certFile, keyFile, endpoints, leaseMs, user } = config;
  const [ca, cert, key] = await Promise.all([
    pem("ca_file", caFile),
    pem("cert_file", certFile),
    pem("key_file", keyFile),
  ]);
  return new EtcdClient({
    endpoints,
    tls: { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) },
    ...(user && {
      user: { name: user.name, password: () => readSecret(user.password, "cluster.etcd.basic_auth.password", env) },
    }),
    // Two endpoints can be tried while the lease is valid.
    timeoutMs: Math.round(leaseMs / 5),
  });
}

async function pem(key: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new RangeError(`cluster.etcd.${key}: cannot read ${path} (${code})`, { cause: error });
  }
}
