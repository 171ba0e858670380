/** Numbers with names, and what they imply. */
export * from "./completion-code.ts";
export * from "./entity-id.ts";
export * from "./event-type.ts";
export * from "./generic-state.ts";
export * from "./manufacturer.ts";
export * from "./net-fn.ts";
export * from "./oem-state.ts";
export * from "./privilege-level.ts";
export * from "./quantity.ts";
export * from "./sensor-state.ts";
export * from "./sensor-type.ts";
export * from "./severity.ts";
export * from "./specific-state.ts";
export * from "./state-row.ts";
export * from "./threshold.ts";
export * from "./threshold-state.ts";
export * from "./unit.ts";
