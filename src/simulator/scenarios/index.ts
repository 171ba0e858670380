/** What can be wrong with a BMC and the network before it, one file each. */
export * from "./rebooting.ts";
