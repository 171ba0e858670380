/** Disturbs an exporter and its BMCs each second, and ends that. Equal seeds give equal disturbances. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installed } from "../steps.mjs";
import { ask } from "./ask.mjs";
import { randomFrom } from "./random.mjs";

export const KINDS = ["reloads", "faults", "probes", "readers", "disk", "scrapes"];

const PROBES = 200;
/** A storm of signals, so that a small leak per signal is visible. */
const SIGNALS = 50;

const NONSENSE = [
  "targets: [",
  "",
  '{"modules": {"default": {"interval": "0s"}}}',
  "a: &a [*a]",
  "node1: 10.0.0.1\n".repeat(50),
];

export class Disturbances {
  counts = { reloads: 0, signals: 0, probes: 0, refused: 0, faults: 0, fullDisks: 0, slowReaders: 0, scrapes: 0 };
  /** False: the disk is never full. */
  hasLimits = installed("prlimit");
  turns = 0;
  #options;
  #random;
  #full = false;

  /**
   * @param options.only enabled kinds
   * @param options.folder of the configuration
   * @param options.intervalS between polls, in seconds
   * @param options.nobodysPort a port without an Alertmanager
   */
  constructor(options) {
    this.#options = options;
    this.#random = randomFrom(options.seed);
  }

  #below(limit) {
    return Math.floor(this.#random() * limit);
  }

  #pick(list) {
    return list[this.#below(list.length)];
  }

  /** The disturbances of one second. @param target exporter, its URL, the control URL of the simulator, and the hosts */
  async turn(target) {
    const { only } = this.#options;
    const { exporter, url, hosts } = target;
    const turn = this.turns++;
    if (only.has("reloads")) await this.#reload(target, turn);
    if (only.has("faults")) await this.#injectFault(target);
    if (only.has("probes") && turn % 5 === 2) this.#probe(url, hosts);
    if (only.has("readers") && turn % 3 === 1) this.#readSlowly(url);
    if (only.has("disk") && turn % 4 === 2) this.#fillDisk(exporter);
    if (only.has("scrapes")) {
      await ask(`${url}/metrics`);
      this.counts.scrapes++;
    }
  }

  /** Repeats turns of a second until `untilMs` or the end of the exporter; calls `seen` after each. */
  async stir(target, untilMs, seen) {
    while (performance.now() < untilMs && target.exporter.code === undefined) {
      const begin = performance.now();
      await this.turn(target);
      await seen();
      await sleep(Math.max(0, 1000 - (performance.now() - begin)));
    }
  }

  /** Ends all disturbances. */
  async calm({ exporter, url, control, hosts }) {
    this.#full = false;
    this.#limitFiles(exporter, "unlimited");
    for (const { id } of JSON.parse((await ask(`${control}/faults`)).text))
      await ask(`${control}/faults/${id}`, { method: "DELETE" });
    this.writeConfig(hosts);
    await ask(`${url}/-/reload`, { method: "POST" });
  }

  /** Half of the hosts are in a file of targets; events go to an Alertmanager that does not exist, with other labels each time. */
  writeConfig(hosts) {
    const isListed = ({ rack }) => Number(/\d+/.exec(rack)?.[0]) % 2 === 1;
    const list = hosts.filter(isListed).map(({ name, address, port, rack }) => ({
      targets: [`${address}:${port}`],
      labels: { host: name, rack },
    }));
    writeFileSync(this.#file("targets.json"), JSON.stringify(list));
    writeFileSync(this.#file("lightsout.yml"), this.#config(hosts.filter((host) => !isListed(host))));
  }

  #file(name) {
    return join(this.#options.folder, name);
  }

  #config(hosts) {
    const { intervalS, nobodysPort } = this.#options;
    const alertmanager = `http://127.0.0.1:${nobodysPort}`;
    return JSON.stringify({
      modules: { default: { interval: `${intervalS}s`, timeout: `${Math.max(500, intervalS * 800)}ms` } },
      auths: { default: { username: "monitor", password: "monitor" } },
      targets: hosts.map(({ name, address, port, rack }) => ({ hosts: name, address: `${address}:${port}`, rack })),
      file_sd: [{ files: ["targets.json"] }],
      scheduler: { max_backoff: `${intervalS}s` },
      state_dir: "state",
      events: {
        historical: true,
        log: { path: "events.jsonl", max_size: "64KB", max_files: 2 },
        alertmanager: { url: alertmanager, min_severity: "warning", labels: { turn: String(this.turns) } },
      },
    });
  }

  async #reload({ exporter, url, hosts }, turn) {
    const gone = this.#pick(hosts).rack;
    const some = hosts.filter(({ rack }) => rack !== gone || this.#random() < 0.5);
    if (turn % 4 === 3) writeFileSync(this.#file("lightsout.yml"), this.#pick(NONSENSE));
    else this.writeConfig(turn % 2 ? hosts : some);
    this.counts.reloads++;
    if (turn % 2 === 0) await ask(`${url}/-/reload`, { method: "POST" });
    else exporter.kill("SIGHUP");
    if (turn % 7 !== 0) return;
    for (let n = 0; n < SIGNALS; n++) exporter.kill("SIGHUP");
    this.counts.signals += SIGNALS;
  }

  /** A BMC reboots or hangs, or its machine has a fault; sometimes a whole rack is silent. */
  async #injectFault({ control, hosts }) {
    const inject = (target, fault, parameters, seconds) =>
      ask(`${control}/faults`, {
        method: "POST",
        body: JSON.stringify({ target, fault, parameters, for: `${seconds}s` }),
      });
    const seconds = 1 + this.#below(2 * this.#options.intervalS);
    const host = this.#pick(hosts);
    const rack = hosts.filter((h) => h.rack === host.rack);
    const others = ["fan_stopped", "psu_failed", "ecc_storm", "clock_wrong", "sel_full"];
    switch (this.#below(5)) {
      case 0:
        await Promise.all(rack.map(({ name }) => inject(name, "bmc_hung", {}, seconds)));
        break;
      case 1:
        await inject(host.name, "bmc_hung", { how: "busy" }, seconds);
        break;
      case 2:
        await inject(host.name, this.#pick(others), {}, seconds);
        break;
      default:
        await Promise.all(rack.slice(0, 5).map(({ name }) => inject(name, "bmc_rebooting", { seconds }, seconds)));
    }
    this.counts.faults++;
  }

  #probe(url, hosts) {
    for (let n = 0; n < PROBES; n++) {
      const unknown = ["nobody", "192.0.2.1", "__proto__", "%00", ""];
      const target = n % 10 === 0 ? this.#pick(unknown) : this.#pick(hosts).name;
      const query = `${url}/probe?target=${target}${n % 7 === 0 ? "&debug=true" : ""}`;
      const sent = get(query, { agent: new Agent(), timeout: 60_000 }, (answer) => {
        if (answer.statusCode === 200) this.counts.probes++;
        else this.counts.refused++;
        answer.resume();
      });
      sent.on("error", () => {});
      // Some clients do not wait for the response.
      if (n % 5 === 0) setTimeout(() => sent.destroy(), this.#below(500));
    }
  }

  /** Requests /metrics and does not read the response. */
  #readSlowly(url) {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(this.#below(2) === 0 ? 1 : 20));
    socket.pause();
    setTimeout(() => socket.destroy(), 1000 + this.#below(8000));
    this.counts.slowReaders++;
  }

  #fillDisk(exporter) {
    this.#full = !this.#full;
    this.#limitFiles(exporter, this.#full ? this.#pick([0, 100, 1500, 3000]) : "unlimited");
    if (this.#full) this.counts.fullDisks++;
  }

  /** Limits the size of files of the exporter, which simulates a full disk without root. Node.js ignores SIGXFSZ. */
  #limitFiles(exporter, bytes) {
    if (!this.hasLimits) return;
    execFileSync("prlimit", [`--fsize=${bytes}:unlimited`, "--pid", String(exporter.pid)]);
  }
}
