/** Event data 2 of system firmware progress, type 0Fh, offset 0 - IPMI 2.0 table 42-3. */
const ERRORS: readonly string[] = [
  "unspecified",
  "no system memory installed",
  "no usable system memory",
  "unrecoverable hard disk failure",
  "unrecoverable system board failure",
  "unrecoverable diskette failure",
  "unrecoverable hard disk controller failure",
  "unrecoverable keyboard failure",
  "removable boot media not found",
  "unrecoverable video controller failure",
  "no video device detected",
  "firmware ROM corruption detected",
  "CPU voltage mismatch",
  "CPU speed mismatch",
];

/** The same of offsets 1 (hang) and 2 (progress): where the firmware was. */
const STEPS: readonly string[] = [
  "unspecified",
  "memory initialisation",
  "hard disk initialisation",
  "secondary CPU initialisation",
  "user authentication",
  "user-initiated setup",
  "USB resource configuration",
  "PCI resource configuration",
  "option ROM initialisation",
  "video initialisation",
  "cache initialisation",
  "SM bus initialisation",
  "keyboard controller initialisation",
  "management controller initialisation",
  "docking station attachment",
  "enabling docking station",
  "docking station ejection",
  "disabling docking station",
  "calling operating system wake-up vector",
  "starting operating system boot",
  "board initialisation",
  "reserved",
  "floppy initialisation",
  "keyboard test",
  "pointing device test",
  "primary CPU initialisation",
];

/** Meaning of event data 2 of a system firmware event; undefined for unknown codes. */
export function firmwareProgressText(offset: number, data2: number): string | undefined {
  if (offset === 0) return ERRORS[data2];
  return offset === 1 || offset === 2 ? STEPS[data2] : undefined;
}
