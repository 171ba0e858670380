export declare const LIMITS: { readonly heap: number; readonly external: number; readonly rss: number };
export declare function growthPerTurn<Key extends string>(
  points: readonly ({ readonly turns: number } & Readonly<Record<Key, number>>)[],
  key: Key,
): number | undefined;
