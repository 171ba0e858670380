/**
 * store - the latest snapshot of each host of the inventory, its age, what was prepared of it, and the last of
 * what happened. Knows
 * when a snapshot is too old to be told. Does not know what is prepared, who polls or who asks.
 */
export { type HostsChange, Store, type Stored, type StoreOptions } from "./store.ts";
