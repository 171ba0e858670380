/**
 * Oddities of BMCs as data: what they are called, what is done about them, and who is known to have
 * them. The code asks for a quirk by name at the one place where it matters. Some are learnt from the
 * BMC's answers, some come with the manufacturer, all can be configured.
 */
export const QUIRKS = {
  password_16: "keeps only the first 16 bytes of a longer password",
  rakp_role_without_lookup_bit: "leaves the name-only lookup bit out of the role byte it hashes",
  rakp_zero_role: "hashes the privilege of Open Session instead of RAKP 1's",
  rakp_padded_user_name: "hashes the user name padded to 16 bytes",
  rakp2_code_length: "sends a RAKP 2 code that is longer or shorter than the algorithm's",
  rakp4_by_integrity: "truncates the RAKP 4 value by the integrity algorithm",
  open_session_privilege_zero: "wants privilege 0 in Open Session",
  /** Concerns authenticated packets only: outside a session a wrong checksum is all that tells damage. */
  ignore_message_checksum: "sends wrong checksums inside authenticated packets",
  scanning_disabled_is_valid: "reports scanning disabled for sensors that have a valid reading",
  discrete_reading: "gives analog readings on discrete sensors",
  assume_bmc_owner: "names an owner in its SDRs that does not answer; the BMC itself does",
  embedded_bridge_replies: "puts the reply of a bridged controller inside the answer to Send Message",
  sdr_partial_reads: "answers a read of a whole SDR wrongly",
  sdr_small_reads: "gives fewer bytes of an SDR at once than asked for",
  fru_small_reads: "gives fewer bytes of a FRU at once than asked for",
  sdr_endless: "never ends its SDR repository",
  sdr_records_refused: "lists SDRs that it does not give",
  ipmi_1_5_only_first_form: "answers Get Channel Authentication Capabilities only in the IPMI 1.5 form",
  dcmi_inactive_is_valid: "gives valid power readings and calls the measurement inactive",
} as const;
export type QuirkName = keyof typeof QUIRKS;

export const QUIRK_NAMES = Object.keys(QUIRKS) as readonly QuirkName[];

export function isQuirkName(name: string): name is QuirkName {
  return Object.hasOwn(QUIRKS, name);
}

/** Who has a quirk: all that is given must match. */
export interface QuirkRow {
  readonly manufacturerId: number;
  readonly productIds?: readonly number[];
  /** Major firmware revision from which on it is mended. */
  readonly firmwareBelow?: number;
  readonly quirks: readonly QuirkName[];
  /** Where it was seen. */
  readonly seen: string;
}

const DELL = 674;
/** iDRAC 9 begins with firmware 3; its sensors that are not scanned have no reading indeed. */
const IDRAC_9 = 3;

/** Only what cannot be learnt from answers needs a row. */
export const KNOWN_QUIRKS: readonly QuirkRow[] = [
  {
    manufacturerId: DELL,
    firmwareBelow: IDRAC_9,
    quirks: ["scanning_disabled_is_valid"],
    seen: "PowerEdge 2900, 2950, R410, R610",
  },
];

/** What decides whether a row is about a BMC. */
export interface QuirkSubject {
  readonly manufacturerId: number;
  readonly productId: number;
  readonly firmwareMajor: number;
}

/** The rows about a BMC. */
export function quirkRowsOf({ manufacturerId, productId, firmwareMajor }: QuirkSubject): readonly QuirkRow[] {
  return KNOWN_QUIRKS.filter(
    (row) =>
      row.manufacturerId === manufacturerId &&
      (row.productIds?.includes(productId) ?? true) &&
      (row.firmwareBelow === undefined || firmwareMajor < row.firmwareBelow),
  );
}

/** What is known to be odd about a model before it shows. */
export function quirksOf(bmc: QuirkSubject): readonly QuirkName[] {
  return quirkRowsOf(bmc).flatMap((row) => row.quirks);
}
