import {
  BOOT_DEVICE_NUMBERS,
  BOOT_FLAGS_PARAMETER,
  type BootFlags,
  bootFlags,
  bootInfoAcknowledge,
  bootSetInProgress,
  bootValidBitClearing,
  CompletionCodeError,
  getSystemBootOptions,
  NO_BOOT_FLAGS,
  type Parameter,
  setSystemBootOptions,
} from "../../../ipmi/index.ts";
import {
  type Acceptance,
  BOOT_DEVICES,
  type BootChoice,
  type BootOperations,
  type BootReport,
} from "../../operations/index.ts";
import type { OperationSession } from "./operation-session.ts";

const NOT_SUPPORTED = 0x80;
/** The flags stay valid although no Chassis Control follows within 60 s; slow boards forget them otherwise. */
const KEEP_WITHOUT_COMMAND = {
  keepAfterPef: false,
  keepWithoutCommand: true,
  keepAfterWatchdog: false,
  keepAfterReset: false,
  keepAfterPowerButton: false,
};
/** The BIOS has seen the previous boot information: the BMC accepts another. */
const SEEN_BY_BIOS = { mask: 1, acknowledged: 1 };

const FLAG_WORDS = [
  ["clearCmos", "clear_cmos"],
  ["lockKeyboard", "lock_keyboard"],
  ["blankScreen", "blank_screen"],
  ["lockResetButton", "lock_reset_button"],
  ["lockPowerButton", "lock_power_button"],
  ["progressTraps", "progress_traps"],
  ["bypassPassword", "bypass_password"],
  ["lockSleepButton", "lock_sleep_button"],
  ["modeOverride", "mode_override"],
] as const satisfies readonly (readonly [keyof BootFlags, string])[];

export function bootOperations(s: OperationSession): BootOperations {
  const set = <T>(parameter: Parameter<T>, value: T): Promise<Acceptance> =>
    s.change(setSystemBootOptions, { parameter: parameter.number, data: parameter.encode(value) });
  /** Some BMCs do not have the parameters around the flags. */
  const setIfSupported = async <T>(parameter: Parameter<T>, value: T): Promise<void> => {
    try {
      await set(parameter, value);
    } catch (error) {
      if (!(error instanceof CompletionCodeError) || error.completionCode !== NOT_SUPPORTED) throw error;
    }
  };
  const readBoot = async (): Promise<BootReport> => {
    const { data } = await s.run(getSystemBootOptions, { parameter: BOOT_FLAGS_PARAMETER });
    return reportOf(data);
  };
  /** The order of ipmitool and of OpenStack Ironic. */
  const store = async (flags: BootFlags): Promise<BootReport> => {
    const wanted = bootFlags.encode(flags).toString("hex");
    await setIfSupported(bootValidBitClearing, KEEP_WITHOUT_COMMAND);
    await setIfSupported(bootSetInProgress, "in progress");
    try {
      await setIfSupported(bootInfoAcknowledge, SEEN_BY_BIOS);
      await s.store(
        () => set(bootFlags, flags),
        readBoot,
        (report) => report.raw === wanted,
      );
      await setIfSupported(bootSetInProgress, "commit");
    } finally {
      await setIfSupported(bootSetInProgress, "complete");
    }
    return readBoot();
  };
  return {
    readBoot,
    setBoot: (choice) => store(flagsOf(choice)),
    clearBoot: () => store(NO_BOOT_FLAGS),
  };
}

function flagsOf({ device, persistent = false, efi = false }: BootChoice): BootFlags {
  return { ...NO_BOOT_FLAGS, valid: true, persistent, efi, device: BOOT_DEVICE_NUMBERS[device] };
}

function reportOf(data: Uint8Array): BootReport {
  const flags = bootFlags.decode(data);
  return {
    valid: flags.valid,
    device: BOOT_DEVICES.find((device) => BOOT_DEVICE_NUMBERS[device] === flags.device),
    persistent: flags.persistent,
    efi: flags.efi,
    flags: FLAG_WORDS.flatMap(([name, word]) => (flags[name] ? [word] : [])),
    raw: Buffer.from(data.subarray(0, 5)).toString("hex"),
  };
}
