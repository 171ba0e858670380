/**
 * inventory - which hosts exist: folded host lists, service discovery, changes after a reload, selectors, shards. It
 * does not know how hosts are polled.
 */
export {
  type Address,
  effectiveAddress,
  formatAddress,
  modulePort,
  parseAddress,
  portProblem,
  quoted,
} from "./address.ts";
export type { InventoryDiff } from "./diff.ts";
export { foldHosts } from "./fold.ts";
export { expandHostList, expandHosts, HostListError, isHostName } from "./host-list.ts";
export { Inventory, type InventoryOptions } from "./inventory.ts";
export { type LoadedHosts, loadHosts } from "./load-hosts.ts";
export { type RackBudget, RackBudgets } from "./rack-budgets.ts";
export { type Rejection, type RejectionCount, rejectionText } from "./rejection.ts";
export { type HostGroups, SelectorError, selectHosts } from "./select.ts";
export { type SelectionRequest, selectForAction } from "./selection.ts";
export { ownedBy, ownerOf, parseShard, rendezvous, type Shard } from "./shard.ts";
export { buildInventory } from "./static-targets.ts";
