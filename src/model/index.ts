/**
 * model - the nouns of all packages: host, snapshot, sensor, failure. Plain readonly data in base units. Knows no
 * protocol, no file and no clock.
 */
export * from "./alert-links.ts";
export * from "./change.ts";
export * from "./coded-event.ts";
export * from "./collector.ts";
export * from "./event.ts";
export * from "./facts.ts";
export * from "./failure.ts";
export * from "./failure-texts.ts";
export * from "./fault.ts";
export * from "./health.ts";
export * from "./history.ts";
export * from "./host.ts";
export * from "./host-limits.ts";
export * from "./host-record.ts";
export * from "./news.ts";
export * from "./ongoing-fault.ts";
export * from "./quirk-rule.ts";
export * from "./reading-policy.ts";
export * from "./reading-text.ts";
export * from "./role-rule.ts";
export * from "./rule-origin.ts";
export * from "./sensor.ts";
export * from "./severity-rule.ts";
export * from "./snapshot.ts";
export * from "./trail.ts";
