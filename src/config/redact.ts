import { stringify } from "yaml";
import { hideUrlSecrets } from "../lib/index.ts";
import type { Config } from "./config.ts";

/** The configuration as YAML with all defaults. Secrets, and what may be secret in a URL, are `<secret>`. */
export function redactConfig(config: Pick<Config, "written">): string {
  // As JSON, because that is where a Secret hides itself.
  const written: unknown = JSON.parse(JSON.stringify(config.written), (_key, value: unknown) =>
    typeof value === "string" && value.includes("://") ? hideUrlSecrets(value) : value,
  );
  return stringify(written, { lineWidth: 0, aliasDuplicateObjects: false });
}
