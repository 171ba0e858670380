import { describe, expect, it } from "vitest";
import { offersOf, PowerChoice, type PowerOffer } from "../../src/bmc/host-power.ts";
import type { PowerConsumption, Sensor } from "../../src/model/index.ts";

let ids = 0;
const watts = (name: string, entity: string, value?: number): Sensor => ({
  name,
  id: `20/0/${(++ids).toString(16)}`,
  entity,
  kind: "other",
  quantity: "power",
  value,
  states: [],
});

const offered = (sensors: readonly Sensor[], hostOff = false, whole = true) =>
  offersOf(sensors, hostOff, whole).map(({ consumption }) => [consumption.source, consumption.currentWatts]);

describe("the power of the whole host from sensors", () => {
  it.each([
    ["Pwr Consumption", "7.1"],
    ["System Board Pwr Consumption", "7.1"],
    ["PW Consumption", "7.1"],
    ["System Level", "7.1"],
    ["Power Meter", "19.1"],
    ["Sys Power", "19.1"],
    ["Total_Power", "19.1"],
    ["total_power", "7.1"],
    ["System Input Power", "7.1"],
    ["Power", "19.1"],
  ])("is reported by %s of entity %s", (name, entity) => {
    expect(offered([watts(name, entity, 300)])).toEqual([["sensor", 300]]);
  });

  it.each([
    ["CPU Power", "3.1"],
    ["Total Power Out", "19.1"],
    ["GPU_Total_Power", "11.1"],
    ["Power", "3.1"],
    ["FAN_Power", "29.1"],
    ["Chassis Power", "23.1"],
    ["System Power Limit", "7.1"],
    ["Total Power", "10.1"],
  ])("is not reported by %s of entity %s", (name, entity) => {
    expect(offered([watts(name, entity, 300)]).filter(([source]) => source === "sensor")).toEqual([]);
  });

  it("comes from the sensor with the better name, or else from the sum of the power supplies", () => {
    const board = [watts("Sys Power", "19.1", 290), watts("Pwr Consumption", "7.1", 300)];
    expect(offered([...board, watts("PS1 Input Power", "10.1", 150), watts("PS2 Input Power", "10.2", 155)])).toEqual([
      ["sensor", 300],
      ["sensor", 290],
      ["psu_sum", 305],
    ]);
  });

  it.each([
    ["input and output", ["PSU1_PIN", "PSU1_POUT", "PSU2_PIN", "PSU2_POUT"], ["10.1", "10.1", "10.2", "10.2"], 4],
    [
      "input and what does not say",
      ["PS1 Power", "PS1 Power In", "PS2 Power", "PS2 Power In"],
      ["10.1", "10.1", "10.2", "10.2"],
      6,
    ],
    ["names without in and out", ["PSU1 Power", "PSU2 Power"], ["10.1", "10.2"], 3],
    ["names alone", ["ps0_input_power", "ps0_output_power", "ps1_input_power"], ["7.1", "7.1", "7.1"], 5],
    ["a rating", ["PSU1 Power", "PSU1 Max Power"], ["10.1", "10.1"], 1],
    ["output alone", ["PS1 Power Out", "PS2 Power Out"], ["10.1", "10.2"], undefined],
  ])("counts no power supply twice: %s", (_, names, entities, sum) => {
    // Powers of two: a sum tells what it is made of.
    const values = names[0]?.includes("PIN") ? [1, 8, 3, 8] : [1, 2, 2, 4];
    const sensors = names.map((name, i) => watts(name, entities[i] ?? "", values[i]));
    expect(offered(sensors)).toEqual(sum === undefined ? [] : [["psu_sum", names.length === 3 ? 3 : sum]]);
  });

  it("is not the sum of an incomplete reading, and never 0 W of a host that is on", () => {
    const supplies = [watts("PS1 Input Power", "10.1", 150)];
    expect(offered(supplies, false, false)).toEqual([]);
    const zero = [watts("Pwr Consumption", "7.1", 0), watts("PS1 Input Power", "10.1", 0)];
    expect(offered(zero)).toEqual([]);
    expect(offered(zero, true)).toEqual([
      ["sensor", 0],
      ["psu_sum", 0],
    ]);
    expect(offered([watts("Pwr Consumption", "7.1")])).toEqual([]);
  });
});

describe("the source of a host's power", () => {
  const offer = (key: string): PowerOffer => ({
    key,
    consumption: { source: key as PowerConsumption["source"], currentWatts: 300 },
  });
  /** What is chosen poll by poll; offers are named best first, "!" says that a better one may only have failed. */
  function chosen(polls: readonly string[]): string {
    const choice = new PowerChoice();
    return polls
      .map((poll) => {
        const keys = poll.split(" ").filter((key) => key !== "" && key !== "!");
        return choice.choose(keys.map(offer), poll.includes("!"))?.source ?? "-";
      })
      .join(" ");
  }

  it("is the best available source, one at a time", () => {
    expect(chosen(["dcmi sensor psu_sum", "dcmi sensor psu_sum"])).toBe("dcmi dcmi");
    expect(chosen(["sensor psu_sum"])).toBe("sensor");
    expect(chosen(["psu_sum"])).toBe("psu_sum");
    expect(chosen([""])).toBe("-");
  });

  it("stays the same after a single failure, which leaves a gap", () => {
    expect(chosen(["dcmi sensor", "sensor", "dcmi sensor", "sensor", "sensor", "dcmi sensor"])).toBe(
      "dcmi - dcmi - - dcmi",
    );
  });

  it("changes if it is absent for several polls, and changes back if it is present for several polls", () => {
    const gone = Array<string>(6).fill("sensor");
    const back = Array<string>(6).fill("dcmi sensor");
    expect(chosen(["dcmi sensor", ...gone, "dcmi sensor", "sensor", ...back])).toBe(
      "dcmi - - - - sensor sensor sensor sensor sensor sensor sensor sensor dcmi dcmi",
    );
  });

  it("changes to a better source that appears for the first time", () => {
    expect(chosen(["sensor", "dcmi sensor", "sensor"])).toBe("sensor dcmi -");
  });

  it("waits a limited time for the best source if that failed in the first poll", () => {
    expect(chosen(["sensor !", "dcmi sensor"])).toBe("- dcmi");
    expect(chosen(Array<string>(6).fill("sensor !"))).toBe("- - - - sensor sensor");
  });

  it("is a given-up source again if there is no other", () => {
    expect(chosen(["dcmi", "", "", "", "", "", "dcmi"])).toBe("dcmi - - - - - dcmi");
  });
});
