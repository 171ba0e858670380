import type { StateKeeper } from "../../src/bmc/index.ts";

/** A state folder in memory. */
export function memoryKeeper(): StateKeeper {
  const hosts = new Map<string, string>();
  const records = new Map<string, readonly Buffer[]>();
  return {
    loadHost: async (key) => JSON.parse(hosts.get(key) ?? "null"),
    saveHost: async (key, state) => {
      hosts.set(key, JSON.stringify(state));
      return true;
    },
    forgetHost: async (key) => void hosts.delete(key),
    loadRecords: async (digest) => records.get(digest),
    saveRecords: async (digest, all) =>
      void records.set(
        digest,
        all.map((r) => Buffer.from(r)),
      ),
  };
}
