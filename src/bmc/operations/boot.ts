/** `remote_cdrom`, `remote_disk` and `remote` are virtual media. */
export const BOOT_DEVICES = [
  "none",
  "pxe",
  "disk",
  "safe",
  "diag",
  "cdrom",
  "bios",
  "remote_floppy",
  "remote_cdrom",
  "remote",
  "remote_disk",
  "floppy",
] as const;
export type BootDevice = (typeof BOOT_DEVICES)[number];

export interface BootChoice {
  readonly device: BootDevice;
  /** For every start, not only the next one. */
  readonly persistent?: boolean;
  /** Starts by UEFI; otherwise by legacy BIOS. */
  readonly efi?: boolean;
}

/** The boot choice that the BMC has stored. */
export interface BootReport {
  /** False: the host starts in the order of its own settings. */
  readonly valid: boolean;
  /** Absent for a device number that is reserved. */
  readonly device?: BootDevice;
  readonly persistent: boolean;
  readonly efi: boolean;
  /** Further flags in words, e.g. "clear_cmos", "lock_keyboard". */
  readonly flags: readonly string[];
  /** The five bytes as received, hex. */
  readonly raw: string;
}

export interface BootOperations {
  readBoot(): Promise<BootReport>;
  /**
   * Stores a boot choice: the whole sequence of commands, then a read back. Parameters that the BMC does not have (set
   * in progress, valid-bit clearing, acknowledge) are left out. Without a power command within 60 s some BMCs drop it.
   *
   * @returns the choice as read back; the caller compares it with `matchesBoot`
   * @throws OperationError
   */
  setBoot(choice: BootChoice): Promise<BootReport>;
  /** Removes any boot choice: all five bytes 0. Not the same as device "none". */
  clearBoot(): Promise<BootReport>;
}

/** Whether a stored choice is the requested one. */
export function matchesBoot(report: BootReport, { device, persistent = false, efi = false }: BootChoice): boolean {
  if (!report.valid || report.device !== device) return false;
  return report.persistent === persistent && report.efi === efi;
}
