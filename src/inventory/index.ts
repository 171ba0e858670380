/**
 * inventory - which hosts exist: folded host lists, service discovery, changes after a reload, selectors, shards. It
 * does not know how hosts are polled.
 */
export { type Address, effectiveAddress, formatAddress, modulePort, parseAddress, quoted } from "./address.ts";
export { diffInventories, type InventoryDiff } from "./diff.ts";
export { foldHosts } from "./fold.ts";
export { expandHostList, expandHosts, HostListError, isHostName, type ListedHost, MAX_HOSTS } from "./host-list.ts";
export { Inventory, type InventoryListener, type InventoryOptions, type InventoryReport } from "./inventory.ts";
export { type RackBudget, RackBudgets } from "./rack-budgets.ts";
export { type Rejection, type RejectionCount, type RejectionReason, rejectionText } from "./rejection.ts";
export { labelOf, SelectorError, selectHosts } from "./select.ts";
export { ownedBy, ownerOf, parseShard, type Shard } from "./shard.ts";
export { buildInventory } from "./static-targets.ts";
