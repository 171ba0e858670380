/** Network functions of requests (IPMI 2.0 section 5.1); the response's is one higher. */
export const NetFn = {
  Chassis: 0x00,
  Bridge: 0x02,
  SensorEvent: 0x04,
  App: 0x06,
  Firmware: 0x08,
  Storage: 0x0a,
  Transport: 0x0c,
  GroupExtension: 0x2c,
  OemGroup: 0x2e,
} as const;
