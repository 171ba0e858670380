import type { Host, Sensor } from "../model/index.ts";
import type { SensorFilter, TraceLine } from "./bmc.ts";
import type { HostExplanation } from "./explanation.ts";
import { failureOf } from "./failure.ts";
import { type BmcParts, redfishOptions } from "./make-bmc.ts";
import { Resources } from "./over-redfish/evidence.ts";
import { explainRedfishSensor } from "./over-redfish/explain-sensor.ts";
import { RedfishBmc } from "./over-redfish/redfish-bmc.ts";
import type { PollSettings } from "./poll-settings.ts";

export interface RedfishExplainOptions {
  readonly signal: AbortSignal;
  readonly trace?: TraceLine;
  readonly about?: SensorFilter;
  /** Only the parts that IPMI does not have. */
  readonly componentsOnly?: boolean;
}

/**
 * Reads one host over Redfish in a session of its own and explains each sensor. Components are read if they are polled,
 * and if the wanted sensor is not among the others: each takes a request. Does not reject because of the BMC.
 *
 * @param port of HTTPS
 */
export async function explainOverRedfish(
  parts: BmcParts,
  host: Host,
  settings: PollSettings,
  port: number,
  { signal, trace, about, componentsOnly = false }: RedfishExplainOptions,
): Promise<HostExplanation> {
  const resources = new Resources();
  const { filter, ...unfiltered } = settings;
  const options = redfishOptions(host, unfiltered, parts, port);
  const bmc = new RedfishBmc({ ...options, eventLog: false, onResource: resources.add });
  bmc.trace = trace;
  const known = {
    host: host.name,
    address: host.address,
    port,
    module: host.module,
    quirks: [],
    records: 0,
    problems: [],
  };
  let hostOff = false;
  let controller: HostExplanation["controller"];
  let manufacturerId = 0;
  let failure: unknown;
  const found: Sensor[] = [];
  const wanted = (sensors: readonly Sensor[] = []) => sensors.filter((sensor) => about?.(sensor) ?? true);
  try {
    await bmc.open({ signal });
    hostOff = (await bmc.read("power", { signal })).data.chassis?.powerOn === false;
    const { data } = await bmc.read("inventory", { signal });
    const { manufacturer, product, firmware, redfishVersion, manufacturerId: id } = data.controller ?? {};
    controller = {
      manufacturer: manufacturer ?? "unknown manufacturer",
      manufacturerId: id,
      product,
      firmware: firmware ?? "unknown",
      redfishVersion,
    };
    manufacturerId = id ?? 0;
    if (!componentsOnly) {
      const reading = await bmc.read("sensors", { signal });
      found.push(...wanted(reading.data.sensors));
      failure = reading.failure;
    }
    if (settings.parts.includes("components") && (about === undefined || found.length === 0)) {
      const reading = await bmc.read("components", { signal });
      found.push(...wanted(reading.data.components));
      failure ??= reading.failure;
    }
  } catch (error) {
    failure = error;
  } finally {
    await bmc.close();
  }
  return {
    ...known,
    controller,
    hostOff,
    resources: resources.size,
    sensors: found.map((sensor) =>
      explainRedfishSensor({
        sensor,
        evidence: resources.evidenceOf(sensor.id),
        roles: parts.roles?.(),
        manufacturerId,
        excluded: !(filter?.(sensor) ?? true),
      }),
    ),
    failure: failure === undefined ? undefined : failureOf(failure, controller ? "sensors" : "connect", signal),
  };
}
