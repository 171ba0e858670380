import { BMC_ADDRESS, type RequestMessage, type ResponseMessage } from "../../ipmi/wire/message.ts";
import type { Request } from "../bmc/misbehaviour.ts";
import type { Peer, ServerSession } from "../bmc/server-session.ts";
import type { VirtualBmc } from "../bmc/virtual-bmc.ts";
import type { Satellite } from "../boards/board.ts";

/** Runs a bridged request on a controller behind the BMC and returns its response. */
export type Relay = (request: RequestMessage, satellite: Satellite) => ResponseMessage;

/** One request on its way through the handlers. */
export class Context implements Request {
  readonly bmc: VirtualBmc;
  readonly session: ServerSession | undefined;
  readonly peer: Peer;
  readonly netFn: number;
  readonly command: number;
  readonly data: Uint8Array;
  readonly lun: number;
  readonly sequence: number;
  readonly relay: Relay;
  /** Set while a controller behind the BMC answers. */
  readonly satellite: Satellite | undefined;
  /** A message that is sent after the answer. */
  following: Buffer | undefined;
  /** The session that ends once the answer is sent. */
  closes: ServerSession | undefined;

  constructor(
    bmc: VirtualBmc,
    request: RequestMessage,
    from: {
      readonly session: ServerSession | undefined;
      readonly peer: Peer;
      readonly relay: Relay;
      readonly satellite?: Satellite;
    },
  ) {
    this.bmc = bmc;
    this.session = from.session;
    this.peer = from.peer;
    this.netFn = request.netFn;
    this.command = request.command;
    this.data = request.data;
    this.lun = request.responderLun;
    this.sequence = request.sequence;
    this.relay = from.relay;
    this.satellite = from.satellite;
  }

  get inSession(): boolean {
    return this.session !== undefined;
  }

  /** Slave address of the controller that answers; it owns the sensors it reports. */
  get owner(): number {
    return this.satellite?.address ?? BMC_ADDRESS;
  }
}
