/**
 * SEL records with what ipmitool 1.8.19 `sel elist` and FreeIPMI 1.6.10 `ipmi-sel` made of them; the
 * bytes were served by a table responder together with an SDR repository.
 */
export interface SelVector {
  readonly bytes: string;
  /** Title of the test row. */
  readonly title: string;
  /** Name of the sensor in the SDR repository; absent without one. */
  readonly sensor?: string;
  readonly kind: string;
  readonly event: string;
  readonly deasserted?: true;
  /** 0 nominal, 1 warning, 2 critical as FreeIPMI grades it; "none" for N/A. */
  readonly severity: 0 | 1 | 2 | "none";
  /** Numbers and words both tools print behind the event. */
  readonly detail?: string;
}

export const SEL_VECTORS: readonly SelVector[] = [
  {
    bytes: "01000240d9026b200004011c01596564",
    title: "upper critical, 101 against 100 degrees",
    sensor: "Upper crit",
    kind: "temperature",
    event: "upper_critical_going_high",
    severity: 2,
    detail: "reading 101 degrees C, threshold 100 degrees C",
  },
  {
    bytes: "0200027cd9026b200004011c81595f64",
    title: "upper critical over, at 95 degrees",
    sensor: "Upper crit",
    kind: "temperature",
    event: "upper_critical_going_high",
    deasserted: true,
    severity: 1,
    detail: "reading 95 degrees C, threshold 100 degrees C",
  },
  {
    bytes: "030002b8d9026b20000408406f00ffff",
    title: "a supply is present",
    sensor: "PS1 Status",
    kind: "power_supply",
    event: "presence_detected",
    severity: 0,
  },
  {
    bytes: "040002f4d9026b20000408416f03ffff",
    title: "a supply lost its input",
    sensor: "PS2 Status",
    kind: "power_supply",
    event: "input_lost",
    severity: 2,
  },
  {
    bytes: "050002f5d9026b20000408420b01ffff",
    title: "power redundancy lost",
    sensor: "PS Redund",
    kind: "power_supply",
    event: "redundancy_lost",
    severity: 2,
  },
  {
    bytes: "06000230da026b2000040c456fa00012",
    title: "correctable ECC, data 2 and 3 OEM",
    sensor: "DIMM  1",
    kind: "memory",
    event: "correctable_ecc",
    severity: 1,
    detail: "DIMM 1",
  },
  {
    bytes: "0700026cda026b2000040c466f21ff03",
    title: "uncorrectable ECC of DIMM 3",
    sensor: "DIMM  2",
    kind: "memory",
    event: "uncorrectable_ecc",
    severity: 2,
    detail: "DIMM 3",
  },
  {
    bytes: "080002a8da026b20000407446f01ffff",
    title: "thermal trip",
    sensor: "CPU1 Status",
    kind: "processor",
    event: "thermal_trip",
    severity: 2,
  },
  {
    bytes: "090002e4da026b20000405436f00ffff",
    title: "chassis intrusion",
    sensor: "Intrusion",
    kind: "physical_security",
    event: "chassis_intrusion",
    severity: 2,
  },
  {
    bytes: "0a000220db026b2000040d516f01ffff",
    title: "drive fault",
    sensor: "Drive  A",
    kind: "drive",
    event: "drive_fault",
    severity: 2,
  },
  {
    bytes: "0b00025cdb026b21000412836f0500ff",
    title: "clock sync by the SMI handler",
    kind: "system_event",
    event: "clock_sync",
    // FreeIPMI: warning.
    severity: 0,
    detail: "first of pair, SEL clock",
  },
  {
    bytes: "0c000298db026b3300040f066fc201ff",
    title: "memory initialisation",
    kind: "system_firmware",
    event: "firmware_progress",
    severity: 0,
    detail: "memory initialisation",
  },
  {
    bytes: "0d0002d4db026b41000420606f01ffff",
    title: "run-time critical stop",
    kind: "os_stop",
    event: "run_time_critical_stop",
    severity: 2,
  },
  {
    bytes: "0e000210dc026b20000423596fc124ff",
    title: "watchdog reset the host",
    sensor: "Watchdog",
    kind: "watchdog2",
    event: "hard_reset",
    severity: 2,
    detail: "timer use SMS/OS, interrupt NMI",
  },
  {
    bytes: "0f00024cdc026b20000410fe6f02ffff",
    title: "log cleared",
    kind: "event_logging",
    event: "log_cleared",
    severity: 0,
  },
  {
    bytes: "1000022301000020000404050152080a",
    title: "fan too slow before the clock was set",
    sensor: "Fan1A",
    kind: "fan",
    event: "lower_critical_going_low",
    severity: 2,
    detail: "reading 600 RPM, threshold 750 RPM",
  },
  {
    bytes: "110002ffffffff20000402030150aeb9",
    title: "12 V low at an unspecified time",
    sensor: "P12V",
    kind: "voltage",
    event: "lower_non_critical_going_low",
    severity: 1,
    detail: "reading 10.79 V, threshold 11.47 V",
  },
  {
    bytes: "120002c4dc026b20000413706fa80018",
    title: "bus uncorrectable error",
    kind: "critical_interrupt",
    event: "bus_uncorrectable_error",
    severity: 2,
    detail: "bus 00h device 03h function 0",
  },
  {
    bytes: "130002c5dc026b20000301010157605f",
    title: "IPMI 1.0 event of a warm processor",
    sensor: "CPU1 Temp",
    kind: "temperature",
    event: "upper_non_critical_going_high",
    severity: 1,
    detail: "reading 96 degrees C, threshold 95 degrees C",
  },
  {
    bytes: "140002c6dc026b2c0004dc1775a00800",
    title: "Intel ME event",
    kind: "oem",
    event: "oem_event_0",
    severity: "none",
    detail: "data 2 08h, data 3 00h",
  },
  {
    bytes: "1500c100dd026b570100010203040506",
    title: "OEM record with a time stamp",
    kind: "oem",
    event: "oem_record",
    severity: "none",
    detail: "Intel, data 010203040506",
  },
  {
    bytes: "1600e3101112131415161718191a1b1c",
    title: "OEM record without a time stamp",
    kind: "oem",
    event: "oem_record",
    severity: "none",
    detail: "data 101112131415161718191a1b1c",
  },
  {
    bytes: "17000228dd026b200004c09070010203",
    title: "OEM event type of an OEM sensor type",
    kind: "oem",
    event: "oem_event_1",
    severity: "none",
  },
];
