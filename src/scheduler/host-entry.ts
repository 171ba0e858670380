import { bmcAddress, type Failure, type Host } from "../model/index.ts";
import type { Due } from "./agenda.ts";
import type { Attempt } from "./attempt.ts";
import { Level } from "./group-queue.ts";
import type { LaneJob } from "./lane.ts";
import { phaseOf } from "./phase.ts";
import { type HostActivity, type ScheduledHost, sameConversation } from "./poll.ts";

/** Called when an entry is due, and when it gets a slot. */
export interface RoundKeeper {
  due(entry: HostEntry): void;
  run(entry: HostEntry): Promise<void>;
}

/** A host of the inventory: its entry on the agenda and, when due, its job in the lane, in one object. */
export class HostEntry implements Due, LaneJob {
  readonly level = Level.Round;
  readonly laneKey: string;
  dueMs = 0;
  heapIndex = -1;
  host: Host;
  group: string;
  intervalMs: number;
  timeoutMs: number;
  readonly revision: string | undefined;
  readonly authRevision: string | undefined;
  phaseMs: number;
  /** False: `dueMs` is a back-off or a retry, not a round. */
  onGrid = true;
  backOffLevel = 0;
  /** The BMC refused the last login. */
  stopped: Failure | undefined;
  /** Refused logins since the last success. */
  refusals = 0;
  /** A poll with these credentials succeeded once. */
  succeeded = false;
  activity: HostActivity = "idle";
  /** Time at which the poll that waits or runs was due. */
  dueSinceMs = 0;
  attempt: Attempt | undefined;
  /** Polled at least once: there may be a session to close. */
  polled = false;
  removed = false;
  readonly #keeper: RoundKeeper;

  constructor(keeper: RoundKeeper, scheduled: ScheduledHost, group: string) {
    this.#keeper = keeper;
    this.host = scheduled.host;
    this.group = group;
    this.laneKey = bmcAddress(scheduled.host);
    this.intervalMs = scheduled.intervalMs;
    this.timeoutMs = scheduled.timeoutMs;
    this.revision = scheduled.revision;
    this.authRevision = scheduled.authRevision;
    this.phaseMs = phaseOf(scheduled.host.name, scheduled.intervalMs);
  }

  fire(): void {
    this.#keeper.due(this);
  }

  run(): Promise<void> {
    return this.#keeper.run(this);
  }

  /** The same BMC, polled in the same way as the same user. */
  isSameAs(scheduled: ScheduledHost): boolean {
    return this.revision === scheduled.revision && sameConversation(this.host, scheduled.host);
  }

  /** Applies changes that need no new session. Returns true if the times of its rounds changed. */
  update(scheduled: ScheduledHost, group: string): boolean {
    this.host = scheduled.host;
    this.group = group;
    this.timeoutMs = scheduled.timeoutMs;
    if (this.intervalMs === scheduled.intervalMs) return false;
    this.intervalMs = scheduled.intervalMs;
    this.phaseMs = phaseOf(scheduled.host.name, scheduled.intervalMs);
    return true;
  }
}
