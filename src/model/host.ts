/** Location of a host; what is unknown is absent. */
export interface Place {
  readonly site?: string;
  readonly room?: string;
  readonly row?: string;
  readonly rack?: string;
  /** Lowest rack unit, zero-padded text: "07". */
  readonly position?: string;
}

export const PLACE_LABELS = ["site", "room", "row", "rack", "position"] as const satisfies readonly (keyof Place)[];

/** A machine of the inventory: the address of its BMC, how it is polled and with which credentials. */
export interface Host {
  readonly name: string;
  /** Name or IP address of its BMC; an IPv6 address in its canonical form. */
  readonly address: string;
  /** UDP port of IPMI: the one the inventory gives, or else the one of the module. */
  readonly port: number;
  /** Names in the configuration. */
  readonly module: string;
  readonly auth: string;
  readonly place: Place;
  /** Other labels of the inventory (vendor, model, role, asset tag ...), for bmc_host_info. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Address and port of a BMC as one text, equal for all hosts that have this BMC. The case of names is ignored, as in DNS. */
export function bmcAddress({ address, port }: Pick<Host, "address" | "port">): string {
  return `${address.toLowerCase()}:${port}`;
}
