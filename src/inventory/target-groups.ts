import type { DiscoveryConfig } from "../config/index.ts";
import { PLACE_LABELS, type Place } from "../model/index.ts";
import { parseAddress, quoted } from "./address.ts";
import type { Candidate } from "./candidate.ts";
import { isHostName, MAX_HOSTS } from "./host-list.ts";
import type { Rejection, RejectionReason } from "./rejection.ts";

/** A group in the file_sd and http_sd formats of Prometheus. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** A list in another format; the message completes "the list ...". */
class TargetGroupError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TargetGroupError";
  }
}

/** Checks parsed JSON or YAML. Throws TargetGroupError. */
export function targetGroups(value: unknown): TargetGroup[] {
  if (!Array.isArray(value)) throw new TargetGroupError("is not a list of target groups");
  const groups = value.map((group: unknown, i): TargetGroup => {
    if (typeof group !== "object" || group === null) throw new TargetGroupError(`has no mapping at [${i}]`);
    const { targets, labels } = group as { readonly targets?: unknown; readonly labels?: unknown };
    if (!Array.isArray(targets) || !targets.every((target) => typeof target === "string")) {
      throw new TargetGroupError(`has no list of strings at [${i}].targets`);
    }
    return { targets, labels: labelsOf(labels, i) };
  });
  if (groups.reduce((sum, { targets }) => sum + targets.length, 0) > MAX_HOSTS) {
    throw new TargetGroupError(`has more than ${MAX_HOSTS} targets`);
  }
  return groups;
}

function labelsOf(labels: unknown, i: number): Record<string, string> {
  if (labels === undefined || labels === null) return {};
  if (typeof labels !== "object" || Array.isArray(labels))
    throw new TargetGroupError(`has no mapping at [${i}].labels`);
  const entries = Object.entries(labels as Record<string, unknown>);
  const wrong = entries.find(([, value]) => typeof value !== "string" && value !== null);
  if (wrong) throw new TargetGroupError(`has no string at [${i}].labels.${wrong[0]}`);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** The entries of a source's list. */
export interface Discovered {
  readonly candidates: readonly Candidate[];
  /** Entries that make no valid host. */
  readonly rejections: readonly Rejection[];
}

/** The hosts of a source's groups: labels are renamed by `map`, special ones are taken out. */
export function discovered(groups: readonly TargetGroup[], config: DiscoveryConfig, origin: string): Discovered {
  const rejections: Rejection[] = [];
  const candidates = groups.flatMap(({ targets, labels: theirs }) => {
    const labels: Record<string, string> = { ...config.labels, ...theirs };
    for (const [ours, their] of Object.entries(config.map)) {
      const value = Object.hasOwn(theirs, their) ? theirs[their] : undefined;
      if (value !== undefined && value !== "") labels[ours] = value;
    }
    return targets.flatMap((target) => candidate(target, labels, config, origin, rejections) ?? []);
  });
  return { candidates, rejections };
}

function candidate(
  target: string,
  labels: Readonly<Record<string, string>>,
  config: DiscoveryConfig,
  origin: string,
  rejections: Rejection[],
): Candidate | undefined {
  let reason: RejectionReason = "invalid_address";
  try {
    const where = parseAddress(labels.__address__ || target);
    reason = "invalid_name";
    const name = labels.host || (labels.__address__ ? nameOf(target) : where.address);
    if (!isHostName(name)) throw new RangeError(`${quoted(name)} is not a host name`);
    const place = Object.fromEntries(PLACE_LABELS.flatMap((key) => (labels[key] ? [[key, labels[key]] as const] : [])));
    const rest = Object.entries(labels).filter(
      ([key, value]) => !SPECIAL.has(key) && !key.startsWith("__") && LABEL_NAME.test(key) && value !== "",
    );
    return {
      name,
      ...where,
      module: labels.module || config.module,
      auth: labels.auth || config.auth,
      place: place as Place,
      labels: Object.fromEntries(rest),
      origin,
    };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    rejections.push({ source: origin, entry: `target ${quoted(target)}`, reason, detail });
    return undefined;
  }
}

/** The target without its port or prefix length, if it has one. */
function nameOf(target: string): string {
  try {
    return parseAddress(target).address;
  } catch {
    return target;
  }
}

const SPECIAL: ReadonlySet<string> = new Set(["host", "module", "auth", ...PLACE_LABELS]);
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
