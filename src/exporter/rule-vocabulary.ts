import type { SeverityVocabulary } from "../config/index.ts";
import { EVENT_TYPE_WORDS, MANUFACTURER_NAMES, SENSOR_TYPES, sensorKind, stateWords } from "../ipmi/index.ts";
import { DISAPPEARED } from "../model/index.ts";

/** The words that rule files may use, from the tables of IPMI. */
export function ruleVocabulary(): SeverityVocabulary {
  return {
    knownKinds: [...SENSOR_TYPES.map(sensorKind), "oem"],
    knownManufacturers: MANUFACTURER_NAMES,
    knownStates: [...stateWords(), DISAPPEARED],
    knownEventTypes: EVENT_TYPE_WORDS,
  };
}
