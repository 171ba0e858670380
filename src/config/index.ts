/**
 * config - settings of the process: the configuration file, its defaults and errors, credentials, rule files. It does
 * not know which hosts exist; that is the inventory.
 */

export { type Cidr, cidrMatcher, parseCidr } from "./cidr.ts";
export type * from "./config.ts";
export { staleAfterMs } from "./config.ts";
export { type ConvertedConfig, convertIpmiExporter } from "./convert.ts";
export {
  type Credentials,
  CredentialsError,
  type Environment,
  readSecret,
  resolveCredentials,
  resolveOperatePassword,
} from "./credentials.ts";
export { configJsonSchema } from "./json-schema.ts";
export type { ProtectedAction } from "./operate-schema.ts";
export { loadConfig, parseConfig } from "./parse.ts";
export { ConfigError, type ConfigPath, type ConfigProblem, formatPath, formatProblem } from "./problem.ts";
export { redactConfig } from "./redact.ts";
export { configurationReference } from "./reference.ts";
export { loadRoleRules, parseRoleRules, SHIPPED_ROLE_RULES } from "./role-rules.ts";
export { ipmiLimitProblem } from "./secret-schema.ts";
export { decidingRule, wantsSensor } from "./sensor-rules.ts";
export {
  loadSeverityRules,
  parseSeverityRules,
  type SeverityVocabulary,
  SHIPPED_SEVERITY_RULES,
} from "./severity-rules.ts";
export { loadWebConfig } from "./web/load.ts";
export type { WebConfig } from "./web/web-config.ts";
export { yamlDocument, yamlFaultText } from "./yaml-document.ts";
