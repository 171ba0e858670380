/**
 * 23 event records with what `ipmitool sel elist` printed for them in UTC: assertions and deassertions,
 * ECC, power supplies, drives, watchdog, an Intel ME event, OEM records with and without time stamp,
 * a time stamp before the clock was set and an unspecified one.
 */
export const vectorEvents: readonly { readonly record: string; readonly ipmitool: string }[] = [
  {
    record: "01000240d9026b200004011c01596564",
    ipmitool:
      "11/22/26 / 12:00:00 UTC / Temperature Upper crit / Upper Critical going high / Asserted / Reading 101 > Threshold 100 degrees C",
  },
  {
    record: "0200027cd9026b200004011c81595f64",
    ipmitool:
      "11/22/26 / 12:01:00 UTC / Temperature Upper crit / Upper Critical going high / Deasserted / Reading 95 < Threshold 100 degrees C",
  },
  {
    record: "030002b8d9026b20000408406f00ffff",
    ipmitool: "11/22/26 / 12:02:00 UTC / Power Supply PS1 Status / Presence detected / Asserted",
  },
  {
    record: "040002f4d9026b20000408416f03ffff",
    ipmitool: "11/22/26 / 12:03:00 UTC / Power Supply PS2 Status / Power Supply AC lost / Asserted",
  },
  {
    record: "050002f5d9026b20000408420b01ffff",
    ipmitool: "11/22/26 / 12:03:01 UTC / Power Supply PS Redund / Redundancy Lost / Asserted",
  },
  {
    record: "06000230da026b2000040c456fa00012",
    ipmitool: "11/22/26 / 12:04:00 UTC / Memory DIMM / Correctable ECC / Asserted",
  },
  {
    record: "0700026cda026b2000040c466f21ff03",
    ipmitool: "11/22/26 / 12:05:00 UTC / Memory #0x46 / Uncorrectable ECC / Asserted",
  },
  {
    record: "080002a8da026b20000407446f01ffff",
    ipmitool: "11/22/26 / 12:06:00 UTC / Processor CPU1 Status / Thermal Trip / Asserted",
  },
  {
    record: "090002e4da026b20000405436f00ffff",
    ipmitool: "11/22/26 / 12:07:00 UTC / Physical Security Intrusion / General Chassis intrusion / Asserted",
  },
  {
    record: "0a000220db026b2000040d516f01ffff",
    ipmitool: "11/22/26 / 12:08:00 UTC / Drive Slot / Bay #0x51 / Drive Fault / Asserted",
  },
  {
    record: "0b00025cdb026b21000412836f0500ff",
    ipmitool: "11/22/26 / 12:09:00 UTC / System Event #0x83 / Timestamp Clock Sync / Asserted",
  },
  {
    record: "0c000298db026b3300040f066fc201ff",
    ipmitool: "11/22/26 / 12:10:00 UTC / System Firmwares #0x06 / Memory initialization / Asserted",
  },
  {
    record: "0d0002d4db026b41000420606f01ffff",
    ipmitool: "11/22/26 / 12:11:00 UTC / OS Critical Stop #0x60 / Run-time critical stop / Asserted",
  },
  {
    record: "0e000210dc026b20000423596fc124ff",
    ipmitool: "11/22/26 / 12:12:00 UTC / Watchdog2 Watchdog / Hard reset / Asserted",
  },
  {
    record: "0f00024cdc026b20000410fe6f02ffff",
    ipmitool: "11/22/26 / 12:13:00 UTC / Event Logging Disabled #0xfe / Log area reset/cleared / Asserted",
  },
  {
    record: "1000022301000020000404050152080a",
    ipmitool:
      "Pre-Init / 0000000291 / Fan Fan1A / Lower Critical going low / Asserted / Reading 600 < Threshold 750 RPM",
  },
  {
    record: "110002ffffffff20000402030150aeb9",
    ipmitool:
      "Unspecified / Unspecified / Voltage P12V / Lower Non-critical going low / Asserted / Reading 10.79 < Threshold 11.47 Volts",
  },
  {
    record: "120002c4dc026b20000413706fa80018",
    ipmitool: "11/22/26 / 12:15:00 UTC / Critical Interrupt #0x70 / Bus Uncorrectable error / Asserted",
  },
  {
    record: "130002c5dc026b20000301010157605f",
    ipmitool:
      "11/22/26 / 12:15:01 UTC / Temperature CPU1 Temp / Upper Non-critical going high / Asserted / Reading 96 > Threshold 95 degrees C",
  },
  { record: "140002c6dc026b2c0004dc1775a00800", ipmitool: "11/22/26 / 12:15:02 UTC / Unknown #0x17 /  / Asserted" },
  {
    record: "1500c100dd026b570100010203040506",
    ipmitool: "11/22/26 / 12:16:00 UTC / OEM record c1 / 000157 / 010203040506",
  },
  { record: "1600e3101112131415161718191a1b1c", ipmitool: "OEM record e3 / 101112131415161718191a1b1c" },
  { record: "17000228dd026b200004c09070010203", ipmitool: "11/22/26 / 12:16:40 UTC / Unknown #0x90 /  / Asserted" },
];
