import { type Quantity, type Sensor, THRESHOLD_NAMES, type Thresholds } from "../../model/index.ts";
import { type Family, type FamilyType, type Sample, sensorFamily } from "../family.ts";

/** A quantity, the names of its two families and the words of the HELP lines. */
interface Measured {
  readonly quantity: Quantity;
  readonly reading: string;
  readonly threshold: string;
  readonly type: FamilyType;
  readonly unit?: string;
  readonly what: string;
}

const MEASURED: readonly Measured[] = [
  {
    quantity: "temperature",
    reading: "bmc_temperature_celsius",
    threshold: "bmc_temperature_threshold_celsius",
    type: "gauge",
    unit: "degrees Celsius",
    what: "Temperature",
  },
  {
    quantity: "fan_speed",
    reading: "bmc_fan_speed_rpm",
    threshold: "bmc_fan_speed_threshold_rpm",
    type: "gauge",
    unit: "revolutions per minute",
    what: "Speed of a fan",
  },
  {
    quantity: "fan_ratio",
    reading: "bmc_fan_speed_ratio",
    threshold: "bmc_fan_speed_threshold_ratio",
    type: "gauge",
    unit: "ratio, 0 to 1",
    what: "Speed of a fan as a share of its full speed",
  },
  {
    quantity: "voltage",
    reading: "bmc_voltage_volts",
    threshold: "bmc_voltage_threshold_volts",
    type: "gauge",
    unit: "volts",
    what: "Voltage",
  },
  {
    quantity: "current",
    reading: "bmc_current_amperes",
    threshold: "bmc_current_threshold_amperes",
    type: "gauge",
    unit: "amperes",
    what: "Electric current",
  },
  {
    quantity: "power",
    reading: "bmc_power_watts",
    threshold: "bmc_power_threshold_watts",
    type: "gauge",
    unit: "watts",
    what: "Power at one place (the whole host is bmc_power_consumption_watts)",
  },
  {
    // Counts up and starts again with the board, so the reading is a counter; its limits are not.
    quantity: "energy",
    reading: "bmc_energy_joules_total",
    threshold: "bmc_energy_threshold_joules",
    type: "counter",
    unit: "joules",
    what: "Energy used",
  },
  {
    quantity: "humidity",
    reading: "bmc_humidity_ratio",
    threshold: "bmc_humidity_threshold_ratio",
    type: "gauge",
    unit: "ratio, 0 to 1",
    what: "Relative humidity",
  },
  {
    quantity: "airflow",
    reading: "bmc_airflow_cubic_meters_per_second",
    threshold: "bmc_airflow_threshold_cubic_meters_per_second",
    type: "gauge",
    unit: "cubic metres per second",
    what: "Air flow",
  },
];

const READING_SOURCE = "IPMI Get Sensor Reading with the SDR; Redfish Sensor, Thermal, Power";
const THRESHOLD_SOURCE = "IPMI SDR, Get Sensor Thresholds; Redfish thresholds";

/** Kept, because a host has hundreds of limits and the words never change. */
const THRESHOLD_LABELS = THRESHOLD_NAMES.map((name) => ({ name, labels: [name] }));

/** Decided where not both measure this quantity: the same where neither does. */
function sameIn(quantity: Quantity, a: Sensor, b: Sensor): boolean | undefined {
  const isA = a.quantity === quantity;
  return isA && b.quantity === quantity ? undefined : isA === (b.quantity === quantity);
}

function sameLimits(a: Thresholds | undefined, b: Thresholds | undefined): boolean {
  return a === b || THRESHOLD_NAMES.every((name) => a?.[name] === b?.[name]);
}

const reading = ({ quantity, reading: name, type, unit, what }: Measured): Family =>
  sensorFamily({
    name,
    type,
    help: `${what}, as a sensor reports it.`,
    unit,
    source: READING_SOURCE,
    // An array here and in the other families that have hundreds of samples: a generator takes twice as long.
    samples({ snapshot }) {
      const samples: Sample[] = [];
      for (const sensor of snapshot?.sensors ?? []) {
        if (sensor.quantity === quantity && sensor.value !== undefined) samples.push({ sensor, value: sensor.value });
      }
      return samples;
    },
    same: (a, b) => sameIn(quantity, a, b) ?? a.value === b.value,
  });

const threshold = ({ quantity, threshold: name, unit, what }: Measured): Family =>
  sensorFamily({
    name,
    type: "gauge",
    help: `${what}: limits the BMC publishes for a sensor.`,
    labels: ["threshold"],
    unit,
    source: THRESHOLD_SOURCE,
    samples({ snapshot }) {
      const samples: Sample[] = [];
      for (const sensor of snapshot?.sensors ?? []) {
        if (sensor.quantity !== quantity || sensor.thresholds === undefined) continue;
        for (const { name, labels } of THRESHOLD_LABELS) {
          const value = sensor.thresholds[name];
          if (value !== undefined) samples.push({ sensor, labels, value });
        }
      }
      return samples;
    },
    same: (a, b) => sameIn(quantity, a, b) ?? sameLimits(a.thresholds, b.thresholds),
  });

const unitOf = (sensor: Sensor): string => sensor.unit ?? "unspecified";

export const readings = [
  ...MEASURED.flatMap((measured) => [reading(measured), threshold(measured)]),
  sensorFamily({
    name: "bmc_sensor_value",
    type: "gauge",
    help: "Reading of a sensor that measures something else; the unit is a label.",
    labels: ["unit"],
    unit: "see label unit",
    source: READING_SOURCE,
    *samples({ snapshot }) {
      for (const sensor of snapshot?.sensors ?? []) {
        if (sensor.quantity === "other" && sensor.value !== undefined)
          yield { sensor, labels: [unitOf(sensor)], value: sensor.value };
      }
    },
    same: (a, b) => sameIn("other", a, b) ?? (a.value === b.value && a.unit === b.unit),
  }),
  sensorFamily({
    name: "bmc_sensor_threshold_value",
    type: "gauge",
    help: "Limits the BMC publishes for a sensor that measures something else; the unit is a label.",
    labels: ["unit", "threshold"],
    unit: "see label unit",
    source: THRESHOLD_SOURCE,
    *samples({ snapshot }) {
      for (const sensor of snapshot?.sensors ?? []) {
        if (sensor.quantity !== "other" || sensor.thresholds === undefined) continue;
        for (const name of THRESHOLD_NAMES) {
          const value = sensor.thresholds[name];
          if (value !== undefined) yield { sensor, labels: [unitOf(sensor), name], value };
        }
      }
    },
    same: (a, b) => sameIn("other", a, b) ?? (sameLimits(a.thresholds, b.thresholds) && a.unit === b.unit),
  }),
];
