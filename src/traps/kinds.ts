/** Who defines a trap, by the beginning of its OID; the label `kind`. */
export const TRAP_KINDS = [
  "pet",
  "idrac",
  "ilo",
  "xcc",
  "supermicro",
  "irmc",
  "ilom",
  "huawei",
  "openbmc",
  "other",
] as const;
export type TrapKind = (typeof TRAP_KINDS)[number];

export const PET_ENTERPRISE = "1.3.6.1.4.1.3183.1.1";

const ENTERPRISES: readonly (readonly [TrapKind, string])[] = [
  ["pet", PET_ENTERPRISE],
  ["idrac", "1.3.6.1.4.1.674"],
  ["ilo", "1.3.6.1.4.1.232"],
  ["xcc", "1.3.6.1.4.1.2.3.51"],
  ["xcc", "1.3.6.1.4.1.19046.11"],
  ["supermicro", "1.3.6.1.4.1.10876"],
  ["supermicro", "1.3.6.1.4.1.21317"],
  ["irmc", "1.3.6.1.4.1.231.2.10"],
  ["ilom", "1.3.6.1.4.1.42.2.175"],
  ["huawei", "1.3.6.1.4.1.2011.2.235"],
  ["openbmc", "1.3.6.1.4.1.49871"],
];

/** The kind of a trap by its enterprise or by its OID. */
export function kindOf(oid: string): TrapKind {
  return ENTERPRISES.find(([, prefix]) => oid === prefix || oid.startsWith(`${prefix}.`))?.[0] ?? "other";
}
