import { hostFault } from "./fault.ts";
import { number, part } from "./parameter.ts";

export const voltageOutOfRange = hostFault({
  name: "voltage_out_of_range",
  title: "Voltage out of range",
  description: "A regulator drifts off: one rail is too low or too high.",
  logs: "threshold events of the rail, or its power good signal where the board has no value for it",
  parameters: {
    rail: part("rail", "rail, in the order of the board's sensors, counted from 1"),
    percent: number("how far it is off; negative is too low", -18, -60, 25, "percent"),
  },
  start(host, { rail, percent }) {
    host.setRailFault(rail, percent / 100);
    return { stop: () => host.setRailFault(rail, 0) };
  },
});
