/** Virtual BMCs in this process, on the given clock, and the network to them: no sockets, no real time. */

import { HmacScratch } from "../../dist/ipmi/crypto/kept-hmac.js";
import { RandomPool } from "../../dist/ipmi/crypto/random-pool.js";
import { makeBoard } from "../../dist/simulator/boards/index.js";
import { compileBoard, hung, latency, loss, receive, sampleBoard, VirtualBmc } from "../../dist/simulator/index.js";

/** Share of packets that a lossy BMC loses, in each direction. */
const LOSS = 0.1;
const USER = { id: 2, name: "monitor", password: Buffer.from("monitor"), privilege: 2 };

/** "sample" is a board with few sensors; other names are board models of the simulator. */
function modelOf(name) {
  const description = name === "sample" ? sampleBoard() : makeBoard(name).description;
  return compileBoard({ ...description, users: [USER] });
}

const addressOf = (i, perSubnet) => {
  const subnet = Math.floor(i / perSubnet);
  return `10.${subnet >> 8}.${subnet & 0xff}.${(i % perSubnet) + 1}`;
};

/**
 * Hosts with their BMCs; silent and lossy ones are spread evenly.
 *
 * @param latencyMs lowest and highest response time
 */
export function makeFleet({ hosts, silent, lossy, boards, perSubnet, latencyMs: [least, most], clock, seed }) {
  const models = boards.map(modelOf);
  const random = new RandomPool();
  const troubleOf = (i) => {
    // 37 and 100 have no common factor, so that this spreads each hundred evenly.
    const place = ((i * 37) % 100) / 100;
    return place < silent ? "silent" : place < silent + lossy ? "lossy" : undefined;
  };
  return Array.from({ length: hosts }, (_, i) => {
    const trouble = troubleOf(i);
    const scenarios = [latency({ meanMs: (least + most) / 2, distribution: "uniform", leastMs: least, mostMs: most })];
    if (trouble === "silent") scenarios.push(hung({ what: "everything" }));
    if (trouble === "lossy") scenarios.push(loss({ probability: LOSS }));
    const name = `node${String(i + 1).padStart(5, "0")}`;
    const address = addressOf(i, perSubnet);
    const bmc = new VirtualBmc({
      model: models[i % models.length],
      clock,
      scenarios,
      seed: seed + i,
      random,
      identity: { name, ipAddress: address },
    });
    const rack = `r${Math.floor(i / 40) + 1}`;
    const host = { name, address, port: 623, module: "default", auth: "default", place: { rack }, labels: {} };
    return { host, bmc, trouble };
  });
}

/** Carries packets between clients and the BMCs of a fleet. */
export class Wires {
  random = new RandomPool();
  scratch = new HmacScratch();
  #bmcs;
  #opened = 0;
  #plugged = true;

  constructor(fleet) {
    this.#bmcs = new Map(fleet.map(({ host, bmc }) => [host.address, bmc]));
  }

  open(remote, handlers) {
    const bmc = this.#bmcs.get(remote.address);
    const peer = { address: "10.255.255.1", port: 1024 + (this.#opened++ % 60_000) };
    let open = true;
    const receiveAnswer = (answer, _peer, stray) => {
      if (!open || stray) return;
      const copy = Buffer.from(answer);
      queueMicrotask(() => open && this.#plugged && handlers.packet(copy));
    };
    return {
      remote,
      send: (packet) => {
        const copy = Buffer.from(packet);
        if (this.#plugged && bmc) queueMicrotask(() => receive(bmc, copy, peer, receiveAnswer));
      },
      close() {
        open = false;
      },
    };
  }

  /** Drops all packets, as after the death of the client. */
  unplug() {
    this.#plugged = false;
  }

  async diagnose() {
    return "silent";
  }

  async close() {}
}
