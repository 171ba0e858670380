import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { StateKeeper } from "../../src/bmc/index.ts";
import { credentials, decodeSdr, NetFn, QUIRK_NAMES, QUIRKS, type QuirkName } from "../../src/ipmi/index.ts";
import type { HostSnapshot } from "../../src/model/index.ts";
import { makeBoard } from "../../src/simulator/boards/index.ts";
import {
  badChecksums,
  compileBoard,
  completionCodes,
  endlessSdr,
  noWholeSdrReads,
  oddRakp,
  sampleBoard,
  smallReads,
} from "../../src/simulator/index.ts";
import { expositionOf } from "../support/exposition.ts";
import { POLLED_HOST, type PolledOptions, type Poller, pollerOf } from "./polled-bmc.ts";

/** One odd BMC. */
interface Case {
  /** The BMC that has it. */
  readonly odd: PolledOptions;
  /** Without odd answers nothing of it shows; the sample board where absent. */
  readonly plain?: PolledOptions;
  /** Sets the odd state. */
  readonly prepare?: (poller: Poller) => void;
  /** How the quirk gets known: from answers, or from the configuration. */
  readonly source: "learnt" | "configured";
  /** That the BMC is read rightly; all parts ok where absent. */
  readonly right?: (snapshot: HostSnapshot) => void;
}

const whole = (snapshot: HostSnapshot): void => {
  expect(snapshot.failure).toBeUndefined();
  expect(snapshot.parts.filter((part) => !part.ok)).toEqual([]);
  expect(snapshot.sensors?.length).toBeGreaterThan(40);
  expect(snapshot.frus?.length).toBeGreaterThan(0);
};

const reading = (snapshot: HostSnapshot, name: string): number | undefined =>
  snapshot.sensors?.find((sensor) => sensor.name === name)?.value;

const login = (cipherSuite: number) => ({
  board: { channel: { cipherSuites: [cipherSuite] } },
  settings: { login: { credentials: credentials("monitor", "sesame"), privilege: 2, cipherSuites: [cipherSuite] } },
});

const LONG_PASSWORD = "a password of 20 by.";
const longUser = { id: 2, name: "monitor", password: Buffer.from(LONG_PASSWORD), privilege: 2 };
const sdrs = sampleBoard().sdr.length;
const openBmc = { model: compileBoard(makeBoard("openbmc-node").description), password: "monitor" };
const hpe = { model: compileBoard(makeBoard("hpe-proliant").description), password: "monitor" };

const OWNER_AT = 5;
const CPU1_TEMP = 0x03;

/** A board whose record of a sensor of the BMC names a controller that is not there. */
function wrongOwner(): PolledOptions {
  const model = compileBoard(sampleBoard());
  const sdr = model.sdr.map((bytes) => {
    const record = decodeSdr(bytes);
    if (record.type !== "full" || record.name !== "CPU1 Temp") return bytes;
    const wrong = Buffer.from(bytes);
    wrong[OWNER_AT] = 0x24;
    return wrong;
  });
  return { model: { ...model, sdr }, settings: { bridge: true } };
}

/** Each quirk and the proof of it: the one place to look when a quirk is new. */
const CASES: Readonly<Record<QuirkName, Case>> = {
  password_16: {
    source: "learnt",
    odd: { identity: { users: [longUser] }, password: LONG_PASSWORD, scenarios: [oddRakp({ way: "password_16" })] },
    plain: { identity: { users: [longUser] }, password: LONG_PASSWORD },
  },
  rakp_role_without_lookup_bit: {
    source: "learnt",
    odd: { scenarios: [oddRakp({ way: "role_without_lookup_bit" })] },
  },
  rakp_zero_role: { source: "learnt", odd: { scenarios: [oddRakp({ way: "zero_role" })] } },
  rakp_padded_user_name: { source: "learnt", odd: { scenarios: [oddRakp({ way: "padded_user_name" })] } },
  rakp2_code_length: {
    source: "learnt",
    odd: { ...login(3), scenarios: [oddRakp({ way: "short_rakp2" })] },
    plain: login(3),
  },
  rakp4_by_integrity: {
    source: "learnt",
    odd: { ...login(1), scenarios: [oddRakp({ way: "rakp4_by_integrity" })] },
    plain: login(1),
  },
  open_session_privilege_zero: { source: "configured", odd: { scenarios: [oddRakp({ way: "privilege_refused" })] } },
  ignore_message_checksum: { source: "learnt", odd: { scenarios: [badChecksums({ probability: 1 })] } },
  scanning_disabled_is_valid: {
    source: "configured",
    odd: {},
    prepare: ({ bmc }) => bmc.state.setSensor(CPU1_TEMP, { raw: 47, scanningDisabled: true }),
    right: (snapshot) => expect(reading(snapshot, "CPU1 Temp")).toBe(47),
  },
  discrete_reading: {
    source: "learnt",
    odd: hpe,
    right: (snapshot) => expect(reading(snapshot, "Fan 1")).toBeGreaterThan(0.1),
  },
  assume_bmc_owner: {
    source: "configured",
    odd: wrongOwner(),
    right: (snapshot) => expect(reading(snapshot, "CPU1 Temp")).toBe(54),
  },
  embedded_bridge_replies: {
    source: "learnt",
    odd: {
      board: { satellites: sampleBoard().satellites?.map((satellite) => ({ ...satellite, embeddedReply: true })) },
      settings: { bridge: true },
    },
    plain: { settings: { bridge: true } },
    right: (snapshot) => expect(reading(snapshot, "ME Temp")).toBe(48),
  },
  sdr_partial_reads: { source: "learnt", odd: { scenarios: [noWholeSdrReads({ answer: "refused" })] } },
  sdr_small_reads: {
    source: "learnt",
    odd: { scenarios: [noWholeSdrReads({ answer: "refused" }), smallReads({ sdrBytes: 16 })] },
  },
  fru_small_reads: { source: "learnt", odd: { scenarios: [smallReads({ fruBytes: 8 })] } },
  sdr_endless: { source: "learnt", odd: { scenarios: [endlessSdr({ followedBy: "first" })] } },
  sdr_records_refused: {
    source: "learnt",
    odd: {
      scenarios: [0, 1].map((reservation) =>
        completionCodes({
          filter: { netFn: NetFn.Storage, command: 0x23, data: [reservation, 0, sdrs, 0] },
          code: 0xc3,
        }),
      ),
    },
  },
  ipmi_1_5_only_first_form: {
    source: "learnt",
    odd: { scenarios: [completionCodes({ filter: { netFn: NetFn.App, command: 0x38, data: [0x8e] }, code: 0xcc })] },
  },
  dcmi_inactive_is_valid: {
    source: "learnt",
    odd: openBmc,
    right: ({ consumption }) => expect(consumption?.currentWatts).toBeGreaterThan(100),
  },
};

async function polled(options: PolledOptions, quirks: readonly QuirkName[], prepare?: Case["prepare"]) {
  const poller = pollerOf({ ...options, settings: { ...options.settings, quirks } });
  poller.bmc.state.setPower(344);
  prepare?.(poller);
  const snapshot = await poller.poll();
  await poller.close();
  return snapshot;
}

const named = (snapshot: HostSnapshot): readonly string[] =>
  [...expositionOf(POLLED_HOST, snapshot).matchAll(/^bmc_quirk_active\{quirk="(\w+)"\} 1$/gm)].map(
    ([, name = ""]) => name,
  );

const cases = Object.entries(CASES) as [QuirkName, Case][];
const learnt = cases.filter(([, { source }]) => source === "learnt");
const configured = cases.filter(([, { source }]) => source === "configured");

describe("a quirk", () => {
  it("has a case here, and each case has its quirk", () => {
    expect(Object.keys(CASES).toSorted()).toEqual(QUIRK_NAMES.toSorted());
  });

  it.each(learnt)(
    "%s is learnt from a BMC that has it, which is read rightly, and from no other",
    async (name, row) => {
      const { odd, plain = {}, prepare, right = whole } = row;
      const snapshot = await polled(odd, [], prepare);
      right(snapshot);
      expect(named(snapshot)).toContain(name);
      expect(named(await polled(plain, []))).not.toContain(name);
    },
  );

  it.each(configured)("%s makes a poll of such a BMC succeed, and the poll fails without it", async (name, row) => {
    const { odd, prepare, right = whole } = row;
    const without = await polled(odd, [], prepare);
    expect(() => right(without)).toThrow();
    expect(named(without)).not.toContain(name);
    const snapshot = await polled(odd, [name], prepare);
    right(snapshot);
    expect(named(snapshot)).toEqual([name]);
  });
});

describe("a Dell BMC", () => {
  // Each generation numbers its firmware anew: iDRAC 10 begins with 1 again.
  it.each([
    ["a BMC of a PowerEdge 2950", 1],
    ["an iDRAC 8", 2],
    ["an iDRAC 9", 6],
    ["an iDRAC 10", 1],
  ])("gives no reading of a sensor that it does not scan: %s", async (_, firmwareMajor) => {
    const device = { ...sampleBoard().device, manufacturerId: 674, productId: 256, firmwareMajor };
    const snapshot = await polled({ board: { device } }, [], ({ bmc }) =>
      bmc.state.setSensor(CPU1_TEMP, { raw: 47, scanningDisabled: true }),
    );
    expect([named(snapshot), reading(snapshot, "CPU1 Temp")]).toEqual([[], undefined]);
  });
});

describe("quirks of the configuration", () => {
  it("apply by manufacturer and product, and are not saved as learnt", async () => {
    const prepare: Case["prepare"] = ({ bmc }) => bmc.state.setSensor(CPU1_TEMP, { raw: 47, scanningDisabled: true });
    const { device } = sampleBoard();
    const saved: unknown[] = [];
    const keeper: StateKeeper = {
      loadRecords: async () => undefined,
      saveRecords: async () => {},
      loadHost: async () => undefined,
      saveHost: async (_, state) => saved.push(state) > 0,
      forgetHost: async () => {},
    };
    const quirkRules = [{ manufacturers: ["hp"], products: [8224], quirks: ["scanning_disabled_is_valid"] }];
    const hpe = (productId: number): PolledOptions => ({
      board: { device: { ...device, manufacturerId: 11, productId } },
      settings: { quirkRules },
      keeper,
    });
    const selected = await polled(hpe(8224), [], prepare);
    expect([named(selected), reading(selected, "CPU1 Temp")]).toEqual([["scanning_disabled_is_valid"], 47]);
    const other = await polled(hpe(8225), [], prepare);
    expect([named(other), reading(other, "CPU1 Temp")]).toEqual([[], undefined]);
    expect(saved.length).toBeGreaterThan(0);
    expect(JSON.stringify(saved)).not.toContain("scanning_disabled_is_valid");
  });

  it("are all in docs/configuration.md, with their meaning", () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../docs/configuration.md"), "utf8");
    for (const [name, meaning] of Object.entries(QUIRKS)) expect(page).toContain(`| \`${name}\` | ${meaning} |`);
  });
});
