import { bit, bits, flag } from "../../wire/bytes.ts";
import { parameter } from "../parameter.ts";
import { BOOT_FLAGS_PARAMETER } from "./get-system-boot-options.ts";

/** State of a series of changes: 0 complete, 1 in progress, 2 commit. */
export const BOOT_SET_STATES = ["complete", "in progress", "commit"] as const;
export type BootSetState = (typeof BOOT_SET_STATES)[number];

/** Set in progress - parameter 0: [0] 1:0 state. */
export const bootSetInProgress = parameter<BootSetState>(0, "boot option: set in progress", {
  decode: (from) => BOOT_SET_STATES[from.u8() & 0x03] ?? "complete",
  encode(to, state) {
    to.u8(BOOT_SET_STATES.indexOf(state));
  },
});

/**
 * Boot flag valid bit clearing - parameter 3. Bits that are set keep the boot flags valid in that case.
 *
 *   [0] 4 PEF reset, 3 no Chassis Control within 60 s, 2 watchdog, 1 reset button or soft reset, 0 power button or wake
 */
export interface BootValidBitClearing {
  readonly keepAfterPef: boolean;
  readonly keepWithoutCommand: boolean;
  readonly keepAfterWatchdog: boolean;
  readonly keepAfterReset: boolean;
  readonly keepAfterPowerButton: boolean;
}

export const bootValidBitClearing = parameter<BootValidBitClearing>(3, "boot option: valid bit clearing", {
  decode(from) {
    const keep = from.u8();
    return {
      keepAfterPef: bit(keep, 4),
      keepWithoutCommand: bit(keep, 3),
      keepAfterWatchdog: bit(keep, 2),
      keepAfterReset: bit(keep, 1),
      keepAfterPowerButton: bit(keep, 0),
    };
  },
  encode(to, k) {
    to.u8(
      flag(k.keepAfterPef, 4) |
        flag(k.keepWithoutCommand, 3) |
        flag(k.keepAfterWatchdog, 2) |
        flag(k.keepAfterReset, 1) |
        flag(k.keepAfterPowerButton, 0),
    );
  },
});

/**
 * Boot info acknowledge - parameter 4: which software has seen the boot information.
 *
 *   [0] write mask, [1] data: 4 OEM, 3 SMS, 2 operating system or service partition, 1 loader, 0 BIOS
 */
export interface BootInfoAcknowledge {
  readonly mask: number;
  readonly acknowledged: number;
}

export const bootInfoAcknowledge = parameter<BootInfoAcknowledge>(4, "boot option: boot info acknowledge", {
  decode: (from) => ({ mask: from.u8() & 0x1f, acknowledged: from.u8() & 0x1f }),
  encode(to, a) {
    to.u8(a.mask & 0x1f).u8(a.acknowledged & 0x1f);
  },
});

/** Index is the number on the wire; numbers that are not listed are reserved. */
export const BOOT_DEVICE_NUMBERS = {
  none: 0,
  pxe: 1,
  disk: 2,
  safe: 3,
  diag: 4,
  cdrom: 5,
  bios: 6,
  remote_floppy: 7,
  remote_cdrom: 8,
  remote: 9,
  remote_disk: 11,
  floppy: 15,
} as const;

/**
 * Boot flags - parameter 5, IPMI 2.0 table 28-14.
 *
 *   [0] 7 valid, 6 persistent, 5 EFI
 *   [1] 7 clear CMOS, 6 lock keyboard, 5:2 device, 1 blank the screen, 0 lock the reset button
 *   [2] 7 lock the power button, 6:5 verbosity, 4 progress traps, 3 bypass the password, 2 lock the sleep button,
 *       1:0 console redirection
 *   [3] 3 mode override, 2:0 mux control
 *   [4] 4:0 device instance
 */
export interface BootFlags {
  readonly valid: boolean;
  readonly persistent: boolean;
  readonly efi: boolean;
  readonly clearCmos: boolean;
  readonly lockKeyboard: boolean;
  /** One of BOOT_DEVICE_NUMBERS; others are reserved. */
  readonly device: number;
  readonly blankScreen: boolean;
  readonly lockResetButton: boolean;
  readonly lockPowerButton: boolean;
  /** 0 default, 1 quiet, 2 verbose. */
  readonly verbosity: number;
  readonly progressTraps: boolean;
  readonly bypassPassword: boolean;
  readonly lockSleepButton: boolean;
  /** 0 as the BIOS is set, 1 suppressed, 2 enabled. */
  readonly consoleRedirection: number;
  readonly modeOverride: boolean;
  readonly muxControl: number;
  readonly deviceInstance: number;
}

export const NO_BOOT_FLAGS: BootFlags = {
  valid: false,
  persistent: false,
  efi: false,
  clearCmos: false,
  lockKeyboard: false,
  device: 0,
  blankScreen: false,
  lockResetButton: false,
  lockPowerButton: false,
  verbosity: 0,
  progressTraps: false,
  bypassPassword: false,
  lockSleepButton: false,
  consoleRedirection: 0,
  modeOverride: false,
  muxControl: 0,
  deviceInstance: 0,
};

export const bootFlags = parameter<BootFlags>(BOOT_FLAGS_PARAMETER, "boot option: boot flags", {
  decode(from) {
    const [first, second, third, fourth, fifth] = [from.u8(), from.u8(), from.u8(), from.u8(), from.u8()];
    return {
      valid: bit(first, 7),
      persistent: bit(first, 6),
      efi: bit(first, 5),
      clearCmos: bit(second, 7),
      lockKeyboard: bit(second, 6),
      device: bits(second, 5, 2),
      blankScreen: bit(second, 1),
      lockResetButton: bit(second, 0),
      lockPowerButton: bit(third, 7),
      verbosity: bits(third, 6, 5),
      progressTraps: bit(third, 4),
      bypassPassword: bit(third, 3),
      lockSleepButton: bit(third, 2),
      consoleRedirection: bits(third, 1, 0),
      modeOverride: bit(fourth, 3),
      muxControl: bits(fourth, 2, 0),
      deviceInstance: bits(fifth, 4, 0),
    };
  },
  encode(to, f) {
    to.u8(flag(f.valid, 7) | flag(f.persistent, 6) | flag(f.efi, 5));
    to.u8(
      flag(f.clearCmos, 7) |
        flag(f.lockKeyboard, 6) |
        ((f.device & 0x0f) << 2) |
        flag(f.blankScreen, 1) |
        flag(f.lockResetButton, 0),
    );
    to.u8(
      flag(f.lockPowerButton, 7) |
        ((f.verbosity & 0x03) << 5) |
        flag(f.progressTraps, 4) |
        flag(f.bypassPassword, 3) |
        flag(f.lockSleepButton, 2) |
        (f.consoleRedirection & 0x03),
    );
    to.u8(flag(f.modeOverride, 3) | (f.muxControl & 0x07));
    to.u8(f.deviceInstance & 0x1f);
  },
});
