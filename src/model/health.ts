/** One scale everywhere: 0 ok, 1 warning, 2 critical, 3 non-recoverable. */
export const Health = { Ok: 0, Warning: 1, Critical: 2, NonRecoverable: 3 } as const;
export type Health = (typeof Health)[keyof typeof Health];

/** The worst health that is known; undefined if none is. */
export function worstHealth(healths: Iterable<Health | undefined>): Health | undefined {
  let worst: Health | undefined;
  for (const health of healths) if (health !== undefined && (worst === undefined || health > worst)) worst = health;
  return worst;
}

/** The words of the scale, by its numbers. */
export const HEALTH_WORDS = ["ok", "warning", "critical", "non_recoverable"] as const;
export type HealthWord = (typeof HEALTH_WORDS)[number];
