/** Where a host stands; what is not known is absent. */
export interface Place {
  readonly site?: string;
  readonly room?: string;
  readonly row?: string;
  readonly rack?: string;
  /** Lowest rack unit, zero-padded text: "07". */
  readonly position?: string;
}

export const PLACE_LABELS = ["site", "room", "row", "rack", "position"] as const satisfies readonly (keyof Place)[];

/** A machine of the inventory: who is asked, how and as whom. */
export interface Host {
  readonly name: string;
  /** Name or IP address of its BMC. */
  readonly address: string;
  /** UDP port of IPMI; 623 unless said otherwise. */
  readonly port?: number;
  /** Names in the configuration. */
  readonly module: string;
  readonly auth: string;
  readonly place: Place;
  /** Other labels of the inventory (vendor, model, role, asset tag ...), for bmc_host_info. */
  readonly labels: Readonly<Record<string, string>>;
}
