import { Manufacturer } from "./manufacturer.ts";

interface ProductRow {
  readonly manufacturerId: number;
  readonly products: ReadonlyMap<number, string>;
}

const BROADCOM = 4413;
const KONTRON = 15000;
const YADRO = 49769;

/** Vendors seldom publish these: what other implementations agree upon. */
const PRODUCTS: readonly ProductRow[] = [
  { manufacturerId: Manufacturer.Dell, products: new Map([[0x0100, "iDRAC"]]) },
  {
    manufacturerId: Manufacturer.Intel,
    products: new Map([
      [0x0022, "TIGI2U"],
      [0x0028, "S5000PAL"],
      [0x0029, "S5000PSL"],
      [0x0100, "Tiger4"],
      [0x4311, "NSI2U"],
    ]),
  },
  { manufacturerId: BROADCOM, products: new Map([[5725, "BCM5725"]]) },
  {
    manufacturerId: KONTRON,
    products: new Map([
      [4000, "AM4000"],
      [4001, "AM4001"],
      [4002, "AM4002"],
      [4010, "AM4010"],
      [5520, "KTC5520"],
      [6000, "CP6000"],
      [6010, "CP6010"],
      [6011, "CP6011"],
      [6012, "CP6012"],
      [6014, "CP6014"],
    ]),
  },
  {
    manufacturerId: YADRO,
    products: new Map([
      [1, "VESNIN"],
      [10, "TATLIN"],
    ]),
  },
];

/** The product of a vendor's product id; undefined for ids that are not in the table. */
export function productName(manufacturerId: number, productId: number): string | undefined {
  return PRODUCTS.find((row) => row.manufacturerId === manufacturerId)?.products.get(productId);
}
