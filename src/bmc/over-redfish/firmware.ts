import type { FirmwareVersion } from "../../model/index.ts";
import type { Software } from "../../redfish/index.ts";

/** iDRAC also lists what was installed before, and what it could install. */
const NOT_INSTALLED = /^(previous|available|rollback)-/i;

/**
 * The versions of all firmware. Equal names are told apart by the id of the resource. iDRAC has the version in it, so
 * only the rest of the id is used: "Current-108089-21.80.16.95__NIC.Integrated.1-1-1".
 */
export function firmwareOf(software: readonly Software[]): readonly FirmwareVersion[] {
  const found = new Map<string, FirmwareVersion & { readonly key: string }>();
  for (const { id = "", name = id, version } of software) {
    const key = id.replace(/^.*__/, "");
    // iDRAC lists the same firmware as "Current-" and as "Installed-".
    if (version !== undefined && !NOT_INSTALLED.test(id) && !found.has(`${name} ${key}`))
      found.set(`${name} ${key}`, { component: name, version, key });
  }
  const counts = new Map<string, number>();
  for (const { component } of found.values()) counts.set(component, (counts.get(component) ?? 0) + 1);
  return [...found.values()].map(({ component, version, key }) => ({
    component: counts.get(component) === 1 ? component : `${component} ${key}`,
    version,
  }));
}
