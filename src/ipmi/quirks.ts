/**
 * Oddities of BMCs by name, and the behaviour of such a BMC. Each name is checked in one place only.
 * Most are learnt from the BMC's answers; all can be configured, by module or by model of the BMC.
 */
export const QUIRKS = {
  password_16: "keeps only the first 16 bytes of a longer password",
  rakp_role_without_lookup_bit: "omits the name-only lookup bit from the role byte it hashes",
  rakp_zero_role: "hashes the privilege of Open Session instead of RAKP 1's",
  rakp_padded_user_name: "hashes the user name padded to 16 bytes",
  rakp2_code_length: "sends a RAKP 2 code that is longer or shorter than the algorithm's",
  rakp4_by_integrity: "truncates the RAKP 4 value by the integrity algorithm",
  open_session_privilege_zero: "accepts only privilege 0 in Open Session",
  /** For authenticated packets only: outside a session only the checksum reveals damage. */
  ignore_message_checksum: "sends wrong checksums inside authenticated packets",
  /**
   * PowerEdge 2900, 2950, R410 and R610. Configured only: neither product id nor firmware version distinguishes them
   * from current Dell models, which disable scanning of sensors without a reading.
   */
  scanning_disabled_is_valid: "reports scanning disabled for sensors that have a valid reading",
  discrete_reading: "returns analog readings for discrete sensors",
  assume_bmc_owner: "has SDRs with an owner that does not answer; the BMC itself answers for it",
  embedded_bridge_replies: "returns the reply of a bridged controller inside the response to Send Message",
  sdr_partial_reads: "does not support reading a whole SDR at once",
  sdr_small_reads: "returns fewer bytes of an SDR than requested",
  fru_small_reads: "returns fewer bytes of a FRU than requested",
  sdr_endless: "has an SDR repository without an end",
  sdr_records_refused: "lists SDRs that it does not return",
  ipmi_1_5_only_first_form: "answers Get Channel Authentication Capabilities only in the IPMI 1.5 form",
  dcmi_inactive_is_valid: "returns valid power readings but reports the measurement as inactive",
} as const;
export type QuirkName = keyof typeof QUIRKS;

export const QUIRK_NAMES = Object.keys(QUIRKS) as readonly QuirkName[];

export function isQuirkName(name: string): name is QuirkName {
  return Object.hasOwn(QUIRKS, name);
}
