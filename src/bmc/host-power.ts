import type { PowerConsumption, Sensor } from "../model/index.ts";

/** A source of the power of the whole host. */
export interface PowerOffer {
  /** Identifies the source and the sensors that contribute to it. */
  readonly key: string;
  readonly consumption: PowerConsumption;
}

/** Names of a reading for the whole host, best first; in lower case, words separated by one space. */
const HOST_NAMES: readonly RegExp[] = [
  /^(system board )?(pwr|pw|power) (consumption|meter|usage)$/,
  /^(total|sys|system|server|host) (input )?(pwr|power)( in| input| consumption| usage| meter)?$/,
  /^(sys|system) (input|level)$/,
  /^node (pwr|power)$/,
];
/** "Power" alone is ambiguous; the entity decides: system board, power management, chassis, power unit. */
const PLAIN_NAME = /^(power|pwr|input power|power in)$/;
const HOST_ENTITIES: ReadonlySet<number> = new Set([7, 19, 21, 23]);

const POWER_SUPPLY = 10;
const SUPPLY_NAME = /(^| )(psu?|power supply|pwr supply|power ?supply) ?\d*( |$)/;
/** Names of the output of a power supply, or of a value that is not the present reading. */
const OTHER_THAN_INPUT =
  /(^| )(out|output|pout|dc|limit|lmt|cap|capacity|rated|max|maximum|min|minimum|peak|avg|average|budget|headroom|available|\d+v)( |$)/;
const NAMED_INPUT = /(^| )(in|input|pin|ac)( |$)/;

/** "Total_Power" -> "total power", "PSU1_PIN" -> "psu 1 pin" */
const wordsOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/(?<=[a-z])(?=\d)|(?<=\d)(?=[a-uw-z])/g, " ")
    .replaceAll(/[^a-z0-9]+/g, " ")
    .trim();

const entityIdOf = ({ entity }: Sensor): number => Number.parseInt(entity, 10);

/** Rank of a name for the power of the whole host; undefined if the sensor measures something else. */
function hostRank(sensor: Sensor): number | undefined {
  const entity = entityIdOf(sensor);
  if (entity === POWER_SUPPLY) return undefined;
  const words = wordsOf(sensor.name);
  const rank = HOST_NAMES.findIndex((pattern) => pattern.test(words));
  if (rank >= 0) return rank;
  return PLAIN_NAME.test(words) && HOST_ENTITIES.has(entity) ? HOST_NAMES.length : undefined;
}

/** The input power of each power supply: the sensor named input if there is one, else the one that is not an output. */
function supplyInputs(watts: readonly Sensor[]): readonly Sensor[] {
  const bySupply = new Map<string, Sensor>();
  for (const sensor of watts) {
    const words = wordsOf(sensor.name);
    const isSupply = entityIdOf(sensor) === POWER_SUPPLY || SUPPLY_NAME.test(words);
    if (!isSupply || OTHER_THAN_INPUT.test(words)) continue;
    const supply = entityIdOf(sensor) === POWER_SUPPLY ? sensor.entity : sensor.id;
    const before = bySupply.get(supply);
    if (before && (NAMED_INPUT.test(wordsOf(before.name)) || !NAMED_INPUT.test(words))) continue;
    bySupply.set(supply, sensor);
  }
  const inputs = [...bySupply.values()];
  const named = inputs.filter(({ name }) => NAMED_INPUT.test(wordsOf(name)));
  return named.length > 0 ? named : inputs;
}

/**
 * Sources of the power of the whole host, best first: a sensor of the whole host, then the sum of the inputs of the
 * power supplies. 0 W of a host that is on is not a reading.
 *
 * @param whole the sensors were read completely; a sum of only some of them would be wrong
 */
export function offersOf(sensors: readonly Sensor[], hostOff: boolean, whole: boolean): readonly PowerOffer[] {
  const watts = sensors.filter((s) => s.quantity === "power");
  const offers: PowerOffer[] = [];
  const ranked = watts.flatMap((sensor) => {
    const rank = hostRank(sensor);
    return rank === undefined || sensor.value === undefined ? [] : [{ sensor, rank, value: sensor.value }];
  });
  ranked.sort((a, b) => a.rank - b.rank);
  for (const { sensor, value } of ranked) if (value > 0 || hostOff) offers.push(offer("sensor", [sensor], value));
  const inputs = (whole ? supplyInputs(watts) : []).filter(({ value }) => value !== undefined);
  const sum = inputs.reduce((total, { value = 0 }) => total + value, 0);
  if (inputs.length > 0 && (sum > 0 || hostOff)) offers.push(offer("psu_sum", inputs, sum));
  return offers;
}

function offer(source: "sensor" | "psu_sum", sensors: readonly Sensor[], currentWatts: number): PowerOffer {
  return { key: [source, ...sensors.map(({ id }) => id)].join(" "), consumption: { source, currentWatts } };
}

/**
 * Polls without the source in use after which another source replaces it, and polls in which a source must be present
 * before it is used again.
 */
const MOST_MISSES = 5;
/** Maximum number of sources that are remembered as given up. */
const MOST_GIVEN_UP = 16;

/**
 * Chooses the source of the power of one host: the best one, and the same in every poll. If the source has no value in
 * a poll, there is a gap, because another source measures at another point.
 */
export class PowerChoice {
  #current: string | undefined;
  #misses = 0;
  /** Number of consecutive polls in which a given-up source was present again. */
  #givenUp: Map<string, number> | undefined;

  /**
   * The power in one poll; called once per poll.
   *
   * @param offers best first
   * @param isOpen a better source may only have failed in this poll
   */
  choose(offers: readonly PowerOffer[], isOpen: boolean): PowerConsumption | undefined {
    const givenUp = this.#givenUp;
    for (const [key, polls] of givenUp ?? []) givenUp?.set(key, offers.some((o) => o.key === key) ? polls + 1 : 0);
    const trusted = givenUp ? offers.filter(({ key }) => (givenUp.get(key) ?? MOST_MISSES) >= MOST_MISSES) : offers;
    const best = trusted[0];
    const current = offers.find(({ key }) => key === this.#current);
    if (current) {
      this.#misses = 0;
      const isBetter = best !== undefined && offers.indexOf(best) < offers.indexOf(current);
      return isBetter ? this.#take(best) : current.consumption;
    }
    const mayWait = this.#current !== undefined || isOpen;
    if (mayWait && ++this.#misses < MOST_MISSES) return undefined;
    return (best ?? offers[0]) && this.#take(best ?? (offers[0] as PowerOffer));
  }

  #take({ key, consumption }: PowerOffer): PowerConsumption {
    if (this.#current !== undefined && this.#misses > 0) {
      if (!this.#givenUp || this.#givenUp.size >= MOST_GIVEN_UP) this.#givenUp = new Map();
      this.#givenUp.set(this.#current, 0);
    }
    this.#givenUp?.delete(key);
    this.#current = key;
    this.#misses = 0;
    return consumption;
  }
}
