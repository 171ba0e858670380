import { readFileSync } from "node:fs";
import {
  allowedArgument,
  BOARD_NAMES,
  type BoardModel,
  type BoardUser,
  compileBoard,
  defaultArgument,
  FAULTS,
  hung,
  latency,
  loss,
  Park,
  PetSender,
  parseScenario,
  parseTimetable,
  recordedBoard,
  runTimetable,
  SCENARIOS,
  type Scenario,
  type SelectedScenario,
  serveControl,
  type Trouble,
} from "../simulator/index.ts";
import { controlPortHint } from "./options.ts";

interface SimulateOptions {
  readonly racks: number;
  readonly perRack: number;
  readonly boards?: readonly string[];
  /** Folders of recorded machines. */
  readonly recorded: readonly string[];
  /** Number of copies of each recorded machine. */
  readonly copies: number;
  readonly port: number;
  readonly controlPort: number;
  readonly timetable?: string;
  /** Where the BMCs send traps. */
  readonly traps?: { readonly address: string; readonly port: number; readonly community: string };
  readonly lossRatio?: number;
  /** Share of BMCs that do not answer. */
  readonly silentRatio?: number;
  /** Share of BMCs that lose packets; default: all if `lossRatio` is given. */
  readonly lossyRatio?: number;
  readonly latencyMs?: number;
  /** NAME[=ARGUMENT][:SHARE] each. */
  readonly scenarios?: readonly string[];
  readonly seed: number;
}

/** Users of recorded machines, whose recordings have none; the same as those of the board models. */
const USERS: readonly BoardUser[] = [
  { id: 2, name: "monitor", password: Buffer.from("monitor"), privilege: 2 },
  { id: 3, name: "admin", password: Buffer.from("admin"), privilege: 4 },
];

/** Default share of packets that a lossy BMC loses: high, but polls still succeed. */
const LOSS_OF_LOSSY = 0.1;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs virtual BMCs until a signal. Returns the exit code. */
export async function simulate(options: SimulateOptions): Promise<number> {
  let park: Park | undefined;
  let stopTimetable = (): void => {};
  let traps: PetSender | undefined;
  try {
    const selected = (options.scenarios ?? []).map(parseScenario);
    const timetable = options.timetable === undefined ? [] : readTimetable(options.timetable);
    park = await Park.open({
      racks: options.racks,
      hostsPerRack: options.perRack,
      boards: options.boards,
      extra: recordedMachines(options),
      port: options.port,
      scenarios: scenariosOf(options, selected),
      troubles: troublesOf(options, selected),
      seed: options.seed,
    });
    if (options.traps) traps = new PetSender(park.simulation.bmcs, { ...options.traps, clock: park.clock });
    await serveControl(park, options.controlPort);
    stopTimetable = runTimetable(park, timetable, print);
  } catch (error) {
    await park?.close();
    process.stderr.write(`lightsout: ${startFailure(error, options.controlPort)}\n`);
    return 1;
  }
  const { hosts } = park;
  const [first, last] = [hosts[0], hosts.at(-1)];
  print(`${hosts.length} virtual BMCs, ${first?.address} to ${last?.address}, UDP port ${first?.port}`);
  const troubled = hosts.filter((h) => h.trouble !== undefined).length;
  if (troubled > 0)
    print(`${troubled} of them misbehave, see "trouble" in http://127.0.0.1:${options.controlPort}/hosts`);
  print('users: "monitor" (user) and "admin" (administrator), each with its name as password');
  print(`targets for http_sd: http://127.0.0.1:${options.controlPort}/sd`);
  print(
    `inject a fault:      lightsout simulate inject ${first?.name} fan_stopped${controlPortHint(options.controlPort)}   (simulate faults lists all faults)`,
  );
  await new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  stopTimetable();
  traps?.stop();
  await park.close();
  // The control server may still have idle connections.
  process.exit(0);
}

function startFailure(error: unknown, controlPort: number): string {
  if (!(error instanceof Error)) return String(error);
  const isTaken = "code" in error && error.code === "EADDRINUSE";
  return isTaken
    ? `port ${controlPort} of 127.0.0.1 is in use, perhaps by another simulator; give another --control-port`
    : error.message;
}

function readTimetable(path: string): ReturnType<typeof parseTimetable> {
  try {
    return parseTimetable(readFileSync(path, "utf8"));
  } catch (error) {
    throw new RangeError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function recordedMachines({
  recorded,
  copies,
}: SimulateOptions): { readonly name: string; readonly board: BoardModel }[] {
  return recorded.flatMap((folder) => {
    const board = compileBoard(recordedBoard(folder, { users: USERS }));
    const { name } = board.description;
    return Array.from({ length: copies }, (_, i) => ({ name: copies === 1 ? name : `${name}-${i + 1}`, board }));
  });
}

function troublesOf(
  { silentRatio = 0, lossyRatio = 0, lossRatio }: SimulateOptions,
  selected: readonly SelectedScenario[],
): readonly Trouble[] {
  const named = selected.flatMap(({ name, scenario, share }) =>
    share === undefined ? [] : [{ name, scenario, share }],
  );
  const total = named.reduce((sum, { share }) => sum + share, silentRatio + lossyRatio);
  // Sums of tenths are not exactly one in floating point.
  if (total > 1 + 1e-9) {
    const names = [
      ...(silentRatio > 0 ? ["silent"] : []),
      ...(lossyRatio > 0 ? ["lossy"] : []),
      ...named.map((n) => n.name),
    ];
    const last = names.pop();
    throw new RangeError(`the shares of ${names.join(", ")} and ${last} BMCs add up to more than 1`);
  }
  return [
    { name: "silent", share: silentRatio, scenario: hung({ what: "everything" }) },
    { name: "lossy", share: lossyRatio, scenario: loss({ probability: lossRatio ?? LOSS_OF_LOSSY }) },
    ...named,
  ];
}

function scenariosOf(
  { lossRatio, lossyRatio, latencyMs }: SimulateOptions,
  selected: readonly SelectedScenario[],
): readonly Scenario[] {
  const scenarios = selected.flatMap(({ scenario, share }) => (share === undefined ? [scenario] : []));
  if (latencyMs !== undefined) scenarios.push(latency({ meanMs: latencyMs, distribution: "exponential" }));
  if (lossRatio !== undefined && lossyRatio === undefined) scenarios.push(loss({ probability: lossRatio }));
  return scenarios;
}

/** Prints the faults with their parameters. */
export function listFaults(): number {
  for (const { name, scope, title, parameters } of FAULTS) {
    const words = Object.entries(parameters).map(([key, p]) => `${key}=${p.default}`);
    print(`${name.padEnd(24)} ${scope.padEnd(5)} ${title}${words.length > 0 ? ` (${words.join(" ")})` : ""}`);
  }
  return 0;
}

/** Prints the scenarios with their arguments. */
export function listScenarios(): number {
  for (const { name, title, argument } of SCENARIOS) {
    const choice = argument ? `; =${defaultArgument(argument)}, ${allowedArgument(argument)}` : "";
    print(`${name.padEnd(25)} ${title}${choice}`);
  }
  return 0;
}

export function listBoards(): number {
  for (const name of BOARD_NAMES) print(name);
  return 0;
}

/** Injects a fault into a running simulator. Returns the exit code: 0 if it was injected, 1 if not. */
export async function inject(request: {
  readonly target: string;
  readonly fault: string;
  readonly parameters: readonly string[];
  readonly duration?: string;
  readonly controlPort: number;
}): Promise<number> {
  const parameters: Record<string, number | string> = {};
  for (const text of request.parameters) {
    const [key = "", value] = text.split("=");
    if (value === undefined) return complain(`"${text}" is not a parameter; expected name=value`);
    parameters[key] = value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
  }
  const { target, fault, duration } = request;
  const answer = await requestControl(request.controlPort, "POST", "/faults", {
    target,
    fault,
    parameters,
    for: duration,
  });
  if (!answer) return 1;
  const { id, title } = answer as { readonly id: number; readonly title: string };
  print(`${title} on ${target}; to clear it: lightsout simulate end ${id}${controlPortHint(request.controlPort)}`);
  return 0;
}

interface ActiveFault {
  readonly id: number;
  readonly target: string;
  readonly fault: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly startedAt: string;
}

/** Prints the faults of a running simulator, with the numbers that `end` takes. Returns the exit code. */
export async function listActiveFaults(controlPort: number): Promise<number> {
  const answer = await requestControl(controlPort, "GET", "/faults");
  if (!answer) return 1;
  const faults = answer as readonly ActiveFault[];
  for (const { id, target, fault, parameters, startedAt } of faults) {
    const values = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
    print(`${id}  ${[target, fault, ...values].join(" ")}, since ${startedAt.slice(0, 19)}Z`);
  }
  print(
    faults.length === 0
      ? "no fault is active; lightsout simulate inject TARGET FAULT injects one"
      : `to clear one: lightsout simulate end NUMBER${controlPortHint(controlPort)}`,
  );
  return 0;
}

export async function endFault(id: string, controlPort: number): Promise<number> {
  return (await requestControl(controlPort, "DELETE", `/faults/${encodeURIComponent(id)}`)) ? 0 : 1;
}

async function requestControl(port: number, method: string, path: string, body?: unknown): Promise<unknown> {
  const url = `http://127.0.0.1:${port}${path}`;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(5000),
    });
  } catch {
    complain(`no simulator answers at ${url}; start one with "lightsout simulate", or give its --control-port`);
    return undefined;
  }
  if (response.status === 204) return {};
  const answer = (await response.json()) as { readonly error?: string };
  if (response.ok) return answer;
  complain(answer.error ?? `status ${response.status}`);
  return undefined;
}

function complain(problem: string): number {
  process.stderr.write(`lightsout: ${problem}\n`);
  return 1;
}
