import { Manufacturer } from "../../ipmi/index.ts";

/**
 * IANA enterprise numbers by the names that a service reports (`Vendor`, keys of `Oem`, `Manufacturer`), so that rules
 * by manufacturer apply to both protocols.
 */
const BY_WORD: readonly (readonly [RegExp, number])[] = [
  [/\bdell\b/i, Manufacturer.Dell],
  [/\bhpe\b|hewlett packard enterprise/i, Manufacturer.Hpe],
  [/\bhp\b|hewlett.packard/i, Manufacturer.Hp],
  [/lenovo/i, Manufacturer.Lenovo],
  [/super ?micro/i, Manufacturer.Supermicro],
  [/fujitsu|fsas/i, Manufacturer.Fujitsu],
  [/huawei|xfusion/i, Manufacturer.Huawei],
  [/cisco/i, Manufacturer.Cisco],
  [/gigabyte|giga ?computing/i, Manufacturer.Gigabyte],
  [/nvidia/i, Manufacturer.Nvidia],
  [/quanta|\bqct\b/i, Manufacturer.Quanta],
  [/\bintel\b/i, Manufacturer.Intel],
  [/\btyan\b|mitac/i, Manufacturer.Tyan],
  [/\bibm\b/i, Manufacturer.Ibm],
  [/openbmc/i, Manufacturer.OpenBmc],
  [/\bami\b|megatrends/i, Manufacturer.Ami],
];

/** The number of the first text that names a known manufacturer. */
export function manufacturerIdOf(...texts: readonly (string | undefined)[]): number | undefined {
  for (const text of texts) {
    const found = text === undefined ? undefined : BY_WORD.find(([pattern]) => pattern.test(text));
    if (found) return found[1];
  }
  return undefined;
}
