import { booleanAt, type JsonObject, linkAt, numberAt, objectAt, textAt } from "../json.ts";

/** ServiceRoot: readable without login; decides how everything else is read. */
export interface ServiceRoot {
  readonly version?: string;
  readonly uuid?: string;
  readonly product?: string;
  /** `Vendor`, else the first key under `Oem`: Dell, Hpe, Hp, Lenovo, Supermicro, ts_fujitsu, Ami ... */
  readonly vendor?: string;
  readonly systems?: string;
  readonly chassis?: string;
  readonly managers?: string;
  readonly sessionService?: string;
  readonly updateService?: string;
  readonly accountService?: string;
  readonly expand: {
    /** `$expand=.`: members of a collection whole. */
    readonly noLinks: boolean;
    /** `$expand=*` */
    readonly all: boolean;
    readonly levels: boolean;
    readonly maxLevels?: number;
  };
}

/** Keys of `Oem` that say nothing about the maker. */
const NO_VENDOR: ReadonlySet<string> = new Set(["Public", "@odata.type"]);

export function decodeServiceRoot(resource: JsonObject): ServiceRoot {
  const oem = Object.keys(objectAt(resource, "Oem") ?? {}).find((key) => !NO_VENDOR.has(key));
  const link = (name: string): string | undefined => linkAt(resource, name) ?? linkAt(resource, "links", name);
  const expand = (name: string): boolean =>
    booleanAt(resource, "ProtocolFeaturesSupported", "ExpandQuery", name) ?? false;
  return {
    version: textAt(resource, "RedfishVersion"),
    uuid: textAt(resource, "UUID"),
    product: textAt(resource, "Product"),
    vendor: textAt(resource, "Vendor") ?? oem,
    systems: link("Systems"),
    chassis: link("Chassis"),
    managers: link("Managers"),
    sessionService: link("SessionService"),
    updateService: link("UpdateService"),
    accountService: link("AccountService"),
    expand: {
      noLinks: expand("NoLinks"),
      all: expand("ExpandAll"),
      levels: expand("Levels"),
      maxLevels: numberAt(resource, "ProtocolFeaturesSupported", "ExpandQuery", "MaxLevels"),
    },
  };
}
