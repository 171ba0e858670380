/**
 * web - the HTTP server of the exporter: /metrics, /probe, /sd, the pages, and the endpoints for operators at /-/. It knows
 * HTTP and HTML. It does not know where records come from, how hosts are polled, or how a configuration is loaded: all
 * of that is passed in as WebParts.
 */

export { ListenError } from "./address.ts";
export type { ClusterServer, ClusterView, Elsewhere, RemoteHost } from "./cluster-view.ts";
export { csvLine } from "./data/csv.ts";
export { DATA_PARTS, type DataPart, type HostData, hostData, type SensorData } from "./data/host-data.ts";
export { type InheritedSocket, inheritedSockets } from "./inherited.ts";
export { CONDITIONS, type Condition } from "./pages/condition.ts";
export { measuresOf } from "./pages/measure.ts";
export {
  type HostLinks,
  type ListedHost,
  ProbeRefused,
  type ProbeRequest,
  type ReloadResult,
  type WebLimits,
  type WebParts,
} from "./parts.ts";
export type {
  ClientAuth,
  ConnectionRefusal,
  CutReason,
  LoginResult,
  WebReport,
} from "./security.ts";
export { inSlice } from "./slice.ts";
export { createWeb, type Web } from "./web.ts";
