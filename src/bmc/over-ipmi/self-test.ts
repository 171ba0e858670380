import { failedSelfTests, type SelfTestPart, type SelfTestResults, type SelfTestVerdict } from "../../ipmi/index.ts";
import { Health, type SelfTest, type SelfTestResult, worstHealth } from "../../model/index.ts";

const PARTS: Readonly<Record<SelfTestPart, SelfTestResult>> = {
  "operational firmware": "firmware_corrupted",
  "boot block firmware": "boot_block_corrupted",
  "internal use FRU": "internal_fru_corrupted",
  "SDR repository empty": "sdr_repository_empty",
  "IPMB lines": "ipmb_failed",
  "BMC FRU": "bmc_fru_corrupted",
  "SDR repository": "sdr_repository_corrupted",
  SEL: "sel_corrupted",
};

const VERDICTS: Readonly<Record<SelfTestVerdict, SelfTestResult>> = {
  "no error": "ok",
  "not implemented": "not_implemented",
  "corrupted or inaccessible data": "corrupted_data",
  "fatal hardware error": "fatal_hardware",
  "device specific": "device_specific",
};

/** Results that keep a BMC from restarting are critical, unreadable data is a warning. */
const HEALTH: Readonly<Record<SelfTestResult, Health | undefined>> = {
  ok: Health.Ok,
  not_implemented: undefined,
  firmware_corrupted: Health.Critical,
  boot_block_corrupted: Health.Critical,
  internal_fru_corrupted: Health.Warning,
  sdr_repository_empty: Health.Warning,
  ipmb_failed: Health.Warning,
  bmc_fru_corrupted: Health.Warning,
  sdr_repository_corrupted: Health.Warning,
  sel_corrupted: Health.Warning,
  corrupted_data: Health.Warning,
  fatal_hardware: Health.Critical,
  device_specific: undefined,
};

/** The response of Get Self Test Results in terms of the model. */
export function selfTestOf(answer: SelfTestResults): SelfTest {
  const failed = failedSelfTests(answer).map((part) => PARTS[part]);
  const results = failed.length > 0 ? failed : [VERDICTS[answer.verdict]];
  return { results, health: worstHealth(results.map((result) => HEALTH[result])) };
}
