/**
 * web - the HTTP face of the exporter: /metrics, /probe, /sd, the pages, and what operators expect at /-/. Knows
 * HTTP and HTML. Does not know where records come from, who polls, or how a configuration is loaded: all of
 * that is handed in as WebParts.
 */
export { ListenError } from "./address.ts";
export { type InheritedSocket, inheritedSockets } from "./inherited.ts";
export {
  DEFAULT_LIMITS,
  type HostState,
  type ListedHost,
  type ProbeAnswer,
  ProbeRefused,
  type ProbeRequest,
  type Readiness,
  type ReloadResult,
  type TraceCollector,
  type TraceStep,
  type WebLimits,
  type WebParts,
} from "./parts.ts";
export type {
  ClientAuth,
  ConnectionRefusal,
  CutReason,
  LoginResult,
  TlsSecurity,
  WebReport,
  WebSecurity,
} from "./security.ts";
export { inSlice, type Slice } from "./slice.ts";
export { createWeb, type Web } from "./web.ts";
