import { createSocket, type Socket } from "node:dgram";
import { encodePlatformEventTrap } from "../../ipmi/records/pet.ts";
import type { Clock, Timer } from "../../lib/index.ts";
import type { VirtualBmc } from "../bmc/virtual-bmc.ts";
import { encodeSnmpTrap } from "./snmp-trap.ts";

const ENTERPRISE = "1.3.6.1.4.1.3183.1.1";
/** Seconds from 1970 to 1998-01-01, from which traps count. */
const PET_EPOCH = 883_612_800;
const SYSTEM_EVENT = 0x02;
const IPMI_SOURCE = 0x20;
const ENGLISH = 0x19;
const NO_UTC_OFFSET = 0xffff;
/** Without an acknowledgement a trap is sent again - IPMI 2.0 table 23-4, parameter 18. */
const RETRIES = 3;
const RETRY_MS = 3000;

export interface PetSenderOptions {
  readonly address: string;
  readonly port: number;
  readonly community: string;
  readonly clock: Clock;
}

interface TrapBmc {
  readonly bmc: VirtualBmc;
  readonly address: string;
}

interface Unacknowledged {
  readonly packet: Buffer;
  sent: number;
  timer: Timer;
}

/**
 * Virtual BMCs that send a platform event trap for each new record of their event logs, from their own addresses, again and
 * again until it is acknowledged, as BMCs with an event filter for everything do.
 */
export class PetSender {
  readonly #options: PetSenderOptions;
  readonly #sockets = new Map<string, Socket>();
  readonly #waiting = new Map<string, Unacknowledged>();
  #sequence = 0;
  #sent = 0;

  constructor(bmcs: readonly TrapBmc[], options: PetSenderOptions) {
    this.#options = options;
    for (const one of bmcs) {
      one.bmc.state.onRecord = (record) => this.#recorded(one, record);
      one.bmc.onPetAcknowledged = (sequence) => this.#acknowledged(one, sequence);
    }
  }

  /** Datagrams sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Traps that are not acknowledged yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  stop(): void {
    for (const { timer } of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  #recorded(one: TrapBmc, record: Uint8Array): void {
    if (record[2] !== SYSTEM_EVENT) return;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const packet = this.#packetOf(one, Buffer.from(record), this.#sequence);
    const key = keyOf(one, this.#sequence);
    const waiting: Unacknowledged = { packet, sent: 0, timer: this.#options.clock.after(0, () => {}) };
    this.#waiting.set(key, waiting);
    this.#send(one, key, waiting);
  }

  #send(one: TrapBmc, key: string, waiting: Unacknowledged): void {
    const { address, port, clock } = this.#options;
    this.#sent++;
    waiting.sent++;
    this.#socketOf(one.address).send(waiting.packet, port, address);
    waiting.timer = clock.after(RETRY_MS, () => {
      if (waiting.sent <= RETRIES) this.#send(one, key, waiting);
      else this.#waiting.delete(key);
    });
  }

  #acknowledged(one: TrapBmc, sequence: number): void {
    const key = keyOf(one, sequence);
    this.#waiting.get(key)?.timer.cancel();
    this.#waiting.delete(key);
  }

  #packetOf({ bmc, address }: TrapBmc, record: Buffer, sequence: number): Buffer {
    const [sensorType = 0, sensorNumber = 0, direction = 0, data1 = 0, data2 = 0, data3 = 0] = record.subarray(10);
    const { manufacturerId = 0, productId = 0 } = bmc.model.description.device;
    const sensor = bmc.model.sensors.find((other) => other.number === sensorNumber && other.owner === record[7]);
    const { specificTrap, octets } = encodePlatformEventTrap({
      guid: Buffer.from(bmc.guid).toString("hex"),
      sequence,
      timestamp: Math.max(0, record.readUInt32LE(3) - PET_EPOCH),
      utcOffsetMinutes: NO_UTC_OFFSET,
      trapSourceType: IPMI_SOURCE,
      eventSourceType: IPMI_SOURCE,
      severityCode: 0,
      sensorDevice: record[7] ?? 0x20,
      sensorNumber,
      entityId: sensor?.entityId ?? 0,
      entityInstance: 0,
      sensorType,
      eventType: direction & 0x7f,
      deassertion: (direction & 0x80) !== 0,
      offset: data1 & 0x0f,
      data1,
      data2,
      data3,
      moreData: Buffer.alloc(5),
      language: ENGLISH,
      manufacturerId,
      productId,
      oemFields: Buffer.alloc(0),
    });
    const upTime = Math.floor(this.#options.clock.monotonicMs() / 10) % 2 ** 32;
    const { community } = this.#options;
    const variable = { oid: `${ENTERPRISE}.1`, value: octets };
    return encodeSnmpTrap({
      community,
      enterprise: ENTERPRISE,
      agent: address,
      specific: specificTrap,
      upTime,
      variable,
    });
  }

  #socketOf(address: string): Socket {
    const known = this.#sockets.get(address);
    if (known) return known;
    const socket = createSocket("udp4");
    // Nothing listens: no error of the BMC.
    socket.on("error", () => {});
    socket.bind({ address, port: 0 });
    this.#sockets.set(address, socket);
    return socket;
  }
}

const keyOf = ({ address }: TrapBmc, sequence: number): string => `${address} ${sequence}`;
