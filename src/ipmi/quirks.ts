/**
 * Oddities of BMCs by name, and what such a BMC does. Each name is checked at the one place where it matters.
 * Most are learnt from the BMC's answers; all can be configured, by module or by make of the BMC.
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
  /**
   * PowerEdge 2900, 2950, R410 and R610. Configured only: neither product id nor firmware version tells them from
   * Dell models of today, which disable scanning where there is no reading.
   */
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
