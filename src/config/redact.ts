import { stringify } from "yaml";
import type { Config } from "./config.ts";

/** The configuration as YAML with every default in place and secrets as `<secret>`. */
export function redactConfig(config: Pick<Config, "written">): string {
  // Through JSON, because that is where a Secret hides itself.
  return stringify(JSON.parse(JSON.stringify(config.written)), { lineWidth: 0, aliasDuplicateObjects: false });
}
