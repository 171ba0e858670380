/**
 * cluster - which server polls which host: membership by leases in etcd, ownership without overlap, and the state that
 * one server hands to another. It does not know what a poll is.
 */
export { EtcdClient, type EtcdOptions } from "./etcd.ts";
export { EtcdError, type EtcdErrorKind } from "./etcd-error.ts";
export { HandoverKeeper, type HostKeeper, WRITES_PER_SECOND } from "./handover.ts";
export { ClusterMember, type Coordinator, type MemberOptions, type MemberStatus, stateOf } from "./member.ts";
export { ownerIn, pollable, targetView } from "./ownership.ts";
export type { ClusterState, ServerRecord } from "./records.ts";
