import { type Quantity, type Sensor, THRESHOLD_NAMES, type Thresholds } from "../../model/index.ts";
import { type Family, type FamilyType, type Sample, sensorFamily } from "../family.ts";

/** A quantity, the names of its two families and the subject of their HELP texts. */
interface Measured {
  readonly quantity: Quantity;
  readonly reading: string;
  readonly threshold: string;
  readonly type: FamilyType;
  readonly unit?: string;
  readonly what: string;
  /** A second sentence for the HELP text of the reading. */
  readonly note?: string;
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
    what: "Fan speed",
  },
  {
    quantity: "fan_ratio",
    reading: "bmc_fan_speed_ratio",
    threshold: "bmc_fan_speed_threshold_ratio",
    type: "gauge",
    unit: "ratio, 0 to 1",
    what: "Relative fan speed",
    note: " 1 is full speed.",
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
    what: "Power",
    note: " For the power of the whole host see bmc_power_consumption_watts.",
  },
  {
    // Grows until the BMC restarts, so the reading is a counter. Its thresholds are gauges.
    quantity: "energy",
    reading: "bmc_energy_joules_total",
    threshold: "bmc_energy_threshold_joules",
    type: "counter",
    unit: "joules",
    what: "Energy",
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
    what: "Airflow",
  },
];

const READING_SOURCE = "IPMI Get Sensor Reading and the SDR; Redfish Sensor, Thermal, Power";
const THRESHOLD_SOURCE = "IPMI SDR, Get Sensor Thresholds; Redfish thresholds of the same resources";

/** Created once, because a host has hundreds of thresholds. */
const THRESHOLD_LABELS = THRESHOLD_NAMES.map((name) => ({ name, labels: [name] }));

/** True if neither sensor has this quantity, false if one of them has; undefined if both have and values decide. */
function sameIn(quantity: Quantity, a: Sensor, b: Sensor): boolean | undefined {
  const isA = a.quantity === quantity;
  return isA && b.quantity === quantity ? undefined : isA === (b.quantity === quantity);
}

function sameThresholds(a: Thresholds | undefined, b: Thresholds | undefined): boolean {
  return a === b || THRESHOLD_NAMES.every((name) => a?.[name] === b?.[name]);
}

const reading = ({ quantity, reading: name, type, unit, what, note }: Measured): Family =>
  sensorFamily({
    name,
    type,
    help: `${what} reported by a sensor.${note ?? ""}`,
    unit,
    source: READING_SOURCE,
    // Families with hundreds of samples return an array: a generator takes twice as long.
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
    help: `${what} threshold of a sensor as the BMC reports it.`,
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
    same: (a, b) => sameIn(quantity, a, b) ?? sameThresholds(a.thresholds, b.thresholds),
  });

const unitOf = (sensor: Sensor): string => sensor.unit ?? "unspecified";

export const readings = [
  ...MEASURED.flatMap((measured) => [reading(measured), threshold(measured)]),
  sensorFamily({
    name: "bmc_sensor_value",
    type: "gauge",
    help: "Reading of a sensor that measures any other quantity. The label unit states the unit.",
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
    help: "Threshold of a sensor that measures any other quantity. The label unit states the unit.",
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
    same: (a, b) => sameIn("other", a, b) ?? (sameThresholds(a.thresholds, b.thresholds) && a.unit === b.unit),
  }),
];
