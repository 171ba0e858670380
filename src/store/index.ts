/**
 * store - the latest snapshot of each host of the inventory, a text prepared from it, and the last polls and events.
 * Knows when a snapshot is too old to be exported. Does not know what is prepared, who polls and who reads.
 */
export { FaultTimes } from "./fault-times.ts";
export { Store } from "./store.ts";
