/** The part of net-snmp that receives traps; the package has no types of its own. */
declare module "net-snmp" {
  import type { RemoteInfo, Socket } from "node:dgram";

  export interface Varbind {
    readonly oid: string;
    readonly type: number;
    readonly value: unknown;
  }

  export interface Pdu {
    readonly type: number;
    /** Of traps of version 1. */
    readonly enterprise?: string;
    readonly agentAddr?: string;
    readonly generic?: number;
    readonly specific?: number;
    readonly varbinds?: readonly Varbind[];
    /** With `includeAuthentication`: of versions 1 and 2c. */
    readonly community?: string;
    /** With `includeAuthentication`: of version 3; empty for none. */
    readonly user?: string;
  }

  export interface Receiver {
    getAuthorizer(): {
      addCommunity(community: string): void;
      addUser(user: object): void;
    };
    close(): void;
  }

  export interface ReceiverOptions {
    readonly port: number;
    readonly address?: string;
    readonly transport: "udp4" | "udp6";
    readonly includeAuthentication?: boolean;
    readonly dgramModule?: { createSocket(type: "udp4" | "udp6"): Socket };
  }

  export type Callback = (
    error: (Error & { readonly rinfo?: RemoteInfo }) | null,
    received?: { readonly pdu: Pdu; readonly rinfo: RemoteInfo },
  ) => void;

  const snmp: {
    createReceiver(options: ReceiverOptions, callback: Callback): Receiver;
    readonly PduType: Readonly<Record<string, number>>;
    readonly SecurityLevel: Readonly<Record<string, number>>;
    readonly AuthProtocols: Readonly<Record<string, number>>;
    readonly PrivProtocols: Readonly<Record<string, number>>;
  };
  export default snmp;
}
