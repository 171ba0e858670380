import { Counter, type Registry } from "prom-client";
import { Tally } from "./tally.ts";

/** Kinds of resources that a poll reads; every other kind is "other". */
const RESOURCES: ReadonlySet<string> = new Set([
  "ServiceRoot",
  "ChassisCollection",
  "Chassis",
  "ComputerSystemCollection",
  "ComputerSystem",
  "EnvironmentMetrics",
  "Fan",
  "FanCollection",
  "Drive",
  "DriveCollection",
  "LogEntryCollection",
  "LogService",
  "LogServiceCollection",
  "Manager",
  "ManagerCollection",
  "Memory",
  "MemoryCollection",
  "MemoryMetrics",
  "NetworkAdapter",
  "NetworkAdapterCollection",
  "Power",
  "PowerSubsystem",
  "PowerSupply",
  "PowerSupplyCollection",
  "PowerSupplyMetrics",
  "Processor",
  "ProcessorCollection",
  "Sensor",
  "SensorCollection",
  "Session",
  "SoftwareInventory",
  "SoftwareInventoryCollection",
  "Storage",
  "StorageCollection",
  "Thermal",
  "ThermalSubsystem",
  "Volume",
  "VolumeCollection",
]);

/** What the exporter says about its Redfish requests. */
export class RedfishMetrics {
  readonly #requests: Counter;
  readonly #bytes: Counter;
  readonly #handshakes: Tally;

  constructor(registry: Registry) {
    this.#requests = new Counter({
      name: "lightsout_redfish_requests_total",
      help: "Redfish requests that were answered, by kind of resource and HTTP status code.",
      labelNames: ["resource", "status"],
      registers: [registry],
    });
    this.#bytes = new Counter({
      name: "lightsout_redfish_received_bytes_total",
      help: "Bytes of Redfish responses, after decompression.",
      registers: [registry],
    });
    this.#handshakes = new Tally(
      registry,
      "redfish_tls_handshakes_total",
      "TLS connections to BMCs: full handshakes, and resumed TLS sessions.",
      ["kind"],
    ).startAt(["full"], ["resumed"]);
  }

  responseReceived(resource: string, status: number, bytes: number): void {
    this.#requests.inc({ resource: RESOURCES.has(resource) ? resource : "other", status });
    this.#bytes.inc(bytes);
  }

  handshake(resumed: boolean): void {
    this.#handshakes.add(resumed ? "resumed" : "full");
  }
}
