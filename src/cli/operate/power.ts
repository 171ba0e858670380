import type { PowerAction, PowerPolicy, PowerReport } from "../../bmc/index.ts";
import type { Config } from "../../config/index.ts";
import { formatDuration, systemClock } from "../../lib/index.ts";
import { type Host, PLACE_LABELS } from "../../model/index.ts";
import {
  changePower,
  type PowerChange,
  type Rendering,
  stagger,
  summaryOf,
  UnconfirmedError,
} from "../../operate/index.ts";
import type { ChangeOptions, OperateOptions } from "./options.ts";
import { type Change, type Question, runChange, runRead } from "./run.ts";

/** Chassis Control 00h/02h by action; the byte on the wire. */
const CONTROL_BYTES: Readonly<Record<PowerAction, string>> = {
  off: "00",
  on: "01",
  cycle: "02",
  reset: "03",
  nmi: "04",
  soft: "05",
};

const POLICY_BYTES: Readonly<Record<PowerPolicy, string>> = { "always-off": "00", previous: "01", "always-on": "02" };

/** Time for one host when states are read before the question. */
const QUICK_READ_MS = 5000;

export async function powerStatus(
  selector: string | undefined,
  options: OperateOptions & { readonly cause: boolean },
): Promise<number> {
  const { cause } = options;
  const work = {
    name: "power status",
    run: (operations: Parameters<Parameters<typeof runRead>[0]["run"]>[0]) =>
      operations.readPower({ restartCause: cause }),
    ...powerText,
  };
  return runRead(work, selector, options);
}

const powerText: Rendering<PowerReport> = {
  text: (report) => {
    const { on, lastEvents, restartCause, policy, faults } = report;
    const more = [
      ...(lastEvents.length > 0 ? [`last event ${lastEvents.join(" and ")}`] : []),
      ...(restartCause === undefined ? [] : [`restart cause ${restartCause}`]),
      ...(policy === undefined ? [] : [`policy ${policy}`]),
      ...(faults.length > 0 ? [`faults ${faults.join(" and ")}`] : []),
    ];
    return [on ? "on" : "off", ...more].join(", ");
  },
  cells: ({ on, lastEvents, restartCause, policy, faults }) => ({
    power: on ? "on" : "off",
    last_event: lastEvents.join(" "),
    restart_cause: restartCause ?? "",
    policy: policy ?? "",
    faults: faults.join(" "),
  }),
};

export interface PowerOptions extends ChangeOptions {
  /** Ms; false with --no-wait. */
  readonly wait?: number | boolean;
  readonly graceful?: number;
  readonly onIfOff?: boolean;
}

export async function powerChange(
  action: PowerAction,
  selector: string | undefined,
  options: PowerOptions,
): Promise<number> {
  const { graceful: gracefulMs, onIfOff } = options;
  let waitMs = 0;
  const change: Change<PowerChange> = {
    name: `power ${action}${gracefulMs === undefined ? "" : ` --graceful ${formatDuration(gracefulMs)}`}`,
    action,
    privilege: "operator",
    isHarmless: action === "on",
    request: `Chassis Control 00h/02h, data ${CONTROL_BYTES[action]}`,
    waitMs: ({ operate }) => {
      if (options.wait !== false) waitMs = typeof options.wait === "number" ? options.wait : operate.waitMs;
      return waitMs + (gracefulMs ?? 0);
    },
    stagger: action === "on" || action === "cycle" ? powerOnStagger : undefined,
    details: currentStates,
    run: (operations, signal) =>
      changePower(operations, action, { clock: systemClock, signal, waitMs, gracefulMs, onIfOff }),
    text: ({ sent, power }) => (sent === "none" ? `already ${power}` : (power ?? `${sent} sent`)),
    cells: ({ sent, power }) => ({ sent, power: power ?? "" }),
  };
  return runChange(change, selector, options);
}

/** Staggers what switches hosts on by `operate.power_on`. */
export function powerOnStagger({ operate }: Config, hosts: readonly Host[]): ReturnType<typeof stagger> {
  const { groupBy, batch, gapMs, totalPerSecond } = operate.powerOn;
  const place = PLACE_LABELS.find((label) => label === groupBy);
  const groupOf = ({ place: at, labels }: Host): string => {
    if (place === undefined) return labels[groupBy] ?? "";
    // Racks of one name may be in several rooms.
    return place === "rack" ? JSON.stringify([at.site, at.room, at.row, at.rack]) : (at[place] ?? "");
  };
  return stagger(hosts, { batch, gapMs, totalPerSecond, groupOf });
}

async function currentStates({ read }: Question): Promise<readonly string[]> {
  const outcomes = await read((operations) => operations.readPower({ restartCause: false }), QUICK_READ_MS);
  const count = (on: boolean): number => outcomes.filter((one) => one.ok && one.data.on === on).length;
  const failed = outcomes.filter((one) => !one.ok);
  const problem = failed.length === 0 ? "" : `; ${summaryOf(failed).replace(/^0 ok, /, "")}`;
  return [`  now: ${count(true)} on, ${count(false)} off${problem}`];
}

export async function powerPolicy(
  policy: PowerPolicy,
  selector: string | undefined,
  options: ChangeOptions,
): Promise<number> {
  const change: Change<PowerPolicy | undefined> = {
    name: `power policy ${policy}`,
    action: "policy",
    privilege: "operator",
    isHarmless: false,
    request: `Set Power Restore Policy 00h/06h, data ${POLICY_BYTES[policy]}`,
    waitMs: () => 0,
    run: async (operations) => storedOr(await operations.setPowerPolicy(policy), policy),
    text: (stored) => `policy ${stored ?? "unknown"}`,
    cells: (stored) => ({ policy: stored ?? "" }),
  };
  return runChange(change, selector, options);
}

function storedOr(stored: PowerPolicy | undefined, wanted: PowerPolicy): PowerPolicy | undefined {
  if (stored === wanted) return stored;
  throw new UnconfirmedError(`the policy was set, and the BMC reports ${stored ?? "none"}`);
}
