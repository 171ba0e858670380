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

export interface SimulateOptions {
  readonly racks: number;
  readonly perRack: number;
  readonly boards?: readonly string[];
  /** Folders of recorded machines. */
  readonly recorded: readonly string[];
  /** How many of each recorded machine. */
  readonly copies: number;
  readonly port: number;
  readonly controlPort: number;
  readonly timetable?: string;
  readonly lossRatio?: number;
  /** Share of BMCs that answer nothing. */
  readonly silentRatio?: number;
  /** Share of BMCs that lose packets; all of them where absent and `lossRatio` is given. */
  readonly lossyRatio?: number;
  readonly latencyMs?: number;
  /** NAME[=ARGUMENT][:SHARE] each. */
  readonly scenarios?: readonly string[];
  readonly seed: number;
}

/** Recordings have no users: these are the ones the shipped boards have. */
const USERS: readonly BoardUser[] = [
  { id: 2, name: "monitor", password: Buffer.from("monitor"), privilege: 2 },
  { id: 3, name: "admin", password: Buffer.from("admin"), privilege: 4 },
];

/** Packets that a lossy BMC loses, where nobody says how many: bad, and still to be talked to. */
const LOSS_OF_LOSSY = 0.1;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs virtual BMCs until a signal ends them. Gives the exit code. */
export async function simulate(options: SimulateOptions): Promise<number> {
  let park: Park | undefined;
  let stopTimetable = (): void => {};
  try {
    const asked = (options.scenarios ?? []).map(parseScenario);
    const timetable = options.timetable === undefined ? [] : readTimetable(options.timetable);
    park = await Park.open({
      racks: options.racks,
      hostsPerRack: options.perRack,
      boards: options.boards,
      extra: recordedMachines(options),
      port: options.port,
      scenarios: scenariosOf(options, asked),
      troubles: troublesOf(options, asked),
      seed: options.seed,
    });
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
    print(`${troubled} of them are in trouble, see "trouble" in http://127.0.0.1:${options.controlPort}/hosts`);
  print('users: "monitor" (user) and "admin" (administrator), each with its name as password');
  print(`targets for http_sd: http://127.0.0.1:${options.controlPort}/sd`);
  print(`break something:     lightsout simulate inject ${first?.name} fan_stopped   (simulate faults lists them)`);
  await new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  stopTimetable();
  await park.close();
  // The control server may have connections open that nobody will use again.
  process.exit(0);
}

function startFailure(error: unknown, controlPort: number): string {
  if (!(error instanceof Error)) return String(error);
  const isTaken = "code" in error && error.code === "EADDRINUSE";
  return isTaken
    ? `port ${controlPort} of 127.0.0.1 is taken, by another simulation perhaps; give --control-port`
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
  asked: readonly SelectedScenario[],
): readonly Trouble[] {
  const named = asked.flatMap(({ name, scenario, share }) => (share === undefined ? [] : [{ name, scenario, share }]));
  const total = named.reduce((sum, { share }) => sum + share, silentRatio + lossyRatio);
  // Tenths do not add up to one exactly.
  if (total > 1 + 1e-9) {
    const names = [
      ...(silentRatio > 0 ? ["silent"] : []),
      ...(lossyRatio > 0 ? ["lossy"] : []),
      ...named.map((n) => n.name),
    ];
    const last = names.pop();
    throw new RangeError(`${names.join(", ")} and ${last} BMCs together are more than all`);
  }
  return [
    { name: "silent", share: silentRatio, scenario: hung({ what: "everything" }) },
    { name: "lossy", share: lossyRatio, scenario: loss({ probability: lossRatio ?? LOSS_OF_LOSSY }) },
    ...named,
  ];
}

function scenariosOf(
  { lossRatio, lossyRatio, latencyMs }: SimulateOptions,
  asked: readonly SelectedScenario[],
): readonly Scenario[] {
  const scenarios = asked.flatMap(({ scenario, share }) => (share === undefined ? [scenario] : []));
  if (latencyMs !== undefined) scenarios.push(latency({ meanMs: latencyMs, distribution: "exponential" }));
  if (lossRatio !== undefined && lossyRatio === undefined) scenarios.push(loss({ probability: lossRatio }));
  return scenarios;
}

/** Lists board models and faults, for people. */
export function listFaults(): number {
  for (const { name, scope, title, parameters } of FAULTS) {
    const words = Object.entries(parameters).map(([key, p]) => `${key}=${p.default}`);
    print(`${name.padEnd(24)} ${scope.padEnd(5)} ${title}${words.length > 0 ? ` (${words.join(" ")})` : ""}`);
  }
  return 0;
}

/** Lists what can be wrong with BMCs and the network before them, with the argument each takes. */
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

/** Asks a running simulation to begin or end a fault. 0 done, 1 refused or nobody there. */
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
    if (value === undefined) return complain(`"${text}" is no parameter; write name=value`);
    parameters[key] = value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
  }
  const { target, fault, duration } = request;
  const answer = await ask(request.controlPort, "POST", "/faults", { target, fault, parameters, for: duration });
  if (!answer) return 1;
  const { id, title } = answer as { readonly id: number; readonly title: string };
  print(`${title} on ${target}; lightsout simulate end ${id} puts it right`);
  return 0;
}

export async function endFault(id: string, controlPort: number): Promise<number> {
  return (await ask(controlPort, "DELETE", `/faults/${encodeURIComponent(id)}`)) ? 0 : 1;
}

async function ask(port: number, method: string, path: string, body?: unknown): Promise<unknown> {
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
    complain(`no simulation answers at ${url}; start one with "lightsout simulate", or give --control-port`);
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
