/** Physics behind the sensors of a board: load, heat, fans, supplies and rails of machines in racks. */
export * from "./condition.ts";
export * from "./host.ts";
export * from "./plant.ts";
export * from "./profile.ts";
export * from "./quantity.ts";
export * from "./rack.ts";
export * from "./wiring.ts";
