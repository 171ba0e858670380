/**
 * Platform event traps as FreeIPMI 1.6.10 `ipmi-pet` decoded them, and two from the user guide of
 * ipmiutil (Intel TIGW1U).
 */
export const PET_UPPER_CRITICAL = {
  specificTrap: 65801,
  octets: "00112233445566778899aabbccddeeff01023657fcc0003c202010201c0302596564000000000019000001571234c1",
} as const;
export const PET_UPPER_CRITICAL_CLEARED = {
  specificTrap: 65929,
  octets: "00112233445566778899aabbccddeeff01033657fcfc003c202002201c0302595f64000000000019000001571234c1",
} as const;
export const PET_INPUT_LOST = {
  specificTrap: 552707,
  octets: "00112233445566778899aabbccddeeff01043657fd38ffff20201020410a0203ffff000000000019000001571234c1",
} as const;
export const PET_UNCORRECTABLE = {
  specificTrap: 814849,
  octets: "00112233445566778899aabbccddeeff010500000000ffff2020202046200221ff030000000000ff000001571234c1",
} as const;
