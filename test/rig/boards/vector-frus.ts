/**
 * FRU 0 (chassis, board with a 6-bit field, product, power supply and DC output records, 256 bytes)
 * and the FRU of a power supply (board area only, 128 bytes). ipmitool and FreeIPMI read both.
 */
export const vectorMainboardFru = `
010001050d1600d6010417c8504e2d43482d3031ca534e2d43482d30303031c1
0000000000000066010819b0edf7cc4578616d706c6520436f7270c9582d426f
6172642032c742534e30303031c542504e2d37c44652553188254ecb61638929
0dc1000000000016010919cc4578616d706c6520436f7270cb582d5365727665
72203255c458533255c27633c650534e2d3432c741535345542d39c0ca637573
746f6d206f6e65c100000000000000830002188066b00414051e0510279c3120
4ec05d2f3f0c1e14550000000001820d363a01b0047404ec047800e80360eaff
ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
`;

export const vectorPowerSupplyFru = `
01000001000000fe010600b0edf7c9505355204d616b6572c85053552d313330
30c6505355534e31c6505355504e31c0c100000000000045
`;

/** Fields both tools printed. */
export const vectorFruFields = {
  chassisPart: "PN-CH-01",
  chassisSerial: "SN-CH-0001",
  boardManufacturer: "Example Corp",
  boardProduct: "X-Board 2",
  boardSerial: "BSN0001",
  boardPart: "BPN-7",
  boardExtra: "EXTRA-6BIT",
  /** 2026-11-22 12:00 UTC */
  boardDate: 1795348800,
  productManufacturer: "Example Corp",
  productName: "X-Server 2U",
  productPart: "XS2U",
  productVersion: "v3",
  productSerial: "PSN-42",
  productAssetTag: "ASSET-9",
  productExtra: "custom one",
} as const;
