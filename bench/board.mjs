/**
 * The board of every virtual BMC in the benchmark: 100 sensors with the limits of a real server, and a prepared
 * response to every request of a poll. Responses are the completion code and the data. There are several models, and a
 * variant of which half of the sensors are discrete.
 */
import * as ipmi from "../dist/ipmi/index.js";
import { encodeSdr } from "../dist/ipmi/records/sdr/sdr.js";

const KINDS = [
  { count: 40, name: "Temp", sensorType: 0x01, entityId: 3, unit: 1, m: 1, r: 0, raw: 40, limits: { unc: 80, uc: 90 } },
  {
    count: 12,
    name: "Fan",
    sensorType: 0x04,
    entityId: 29,
    unit: 18,
    m: 60,
    r: 0,
    raw: 90,
    limits: { lnc: 20, lc: 10 },
  },
  {
    count: 24,
    name: "Volt",
    sensorType: 0x02,
    entityId: 7,
    unit: 4,
    m: 59,
    r: -3,
    raw: 205,
    limits: { unc: 215, uc: 220, lnc: 195, lc: 190 },
  },
  { count: 4, name: "Curr", sensorType: 0x03, entityId: 10, unit: 5, m: 5, r: -1, raw: 12, limits: { uc: 100 } },
  { count: 4, name: "Watt", sensorType: 0x0b, entityId: 10, unit: 6, m: 4, r: 0, raw: 60, limits: { uc: 200 } },
];
const DISCRETE = { count: 16, name: "DIMM", sensorType: 0x0c, entityId: 32, eventType: 0x6f, presence: 0x40 };
/** Counts of the variant of which half of the sensors are discrete, as on many servers. */
const HALF_DISCRETE = { Temp: 24, Fan: 8, Volt: 12, Curr: 3, Watt: 3, DIMM: 50 };
const THRESHOLD_BITS = { lnc: 1, lc: 2, lnr: 4, unc: 8, uc: 16, unr: 32 };

export const SENSORS = KINDS.reduce((sum, kind) => sum + kind.count, DISCRETE.count);

const identity = (number) => ({ id: number + 1, version: 0x51 });
const key = (number, entityId, entityInstance) => ({
  ownerId: 0x20,
  channel: 0,
  fruOwnerLun: 0,
  ownerLun: 0,
  number,
  entityId,
  entityInstance,
});
const capabilities = {
  ignoreIfAbsent: false,
  autoRearm: true,
  hysteresis: "none",
  eventControl: "per_state",
};

function fullRecord(kind, number, instance) {
  const { lnc = 0, lc = 0, unc = 0, uc = 0 } = kind.limits;
  const given = Object.keys(kind.limits).reduce((mask, name) => mask | THRESHOLD_BITS[name], 0);
  return encodeSdr({
    type: "full",
    ...identity(number),
    ...key(number, kind.entityId, instance),
    name: `${kind.name} ${instance}`,
    initialisation: 0x7f,
    capabilities: { ...capabilities, thresholdAccess: "fixed" },
    sensorType: kind.sensorType,
    eventType: 0x01,
    masks: { assertion: 0, deassertion: given << 12, reading: given },
    analogFormat: "unsigned",
    units: { rate: 0, modifierUse: 0, percentage: false, base: kind.unit, modifier: 0 },
    factors: {
      linearisation: 0,
      m: kind.m,
      tolerance: 0,
      b: 0,
      accuracy: 0,
      accuracyExponent: 0,
      rExponent: kind.r,
      bExponent: 0,
    },
    direction: 0,
    specified: { nominalReading: false, normalMaximum: false, normalMinimum: false },
    nominalReading: 0,
    normalMaximum: 0,
    normalMinimum: 0,
    sensorMaximum: 255,
    sensorMinimum: 0,
    thresholds: {
      upper_non_recoverable: 0,
      upper_critical: uc,
      upper_non_critical: unc,
      lower_non_recoverable: 0,
      lower_critical: lc,
      lower_non_critical: lnc,
    },
    positiveHysteresis: 0,
    negativeHysteresis: 0,
    reserved: 0,
    oem: 0,
  });
}

function compactRecord(number, instance) {
  return encodeSdr({
    type: "compact",
    ...identity(number),
    ...key(number, DISCRETE.entityId, instance),
    name: `${DISCRETE.name} ${instance}`,
    initialisation: 0x67,
    capabilities: { ...capabilities, thresholdAccess: "none" },
    sensorType: DISCRETE.sensorType,
    eventType: DISCRETE.eventType,
    masks: { assertion: 0x7f, deassertion: 0x7f, reading: 0x7f },
    analogFormat: "none",
    units: { rate: 0, modifierUse: 0, percentage: false, base: 0, modifier: 0 },
    shared: { count: 1, modifierType: 0, modifierOffset: 0, incrementsEntityInstance: false, direction: 0 },
    positiveHysteresis: 0,
    negativeHysteresis: 0,
    reserved: 0,
    oem: 0,
  });
}

/** Records of the repository, and responses to Get Sensor Reading by sensor number. */
function sensors({ halfDiscrete, model }) {
  const countOf = ({ name, count }) => (halfDiscrete ? HALF_DISCRETE[name] : count);
  const records = [];
  const readings = [];
  const reading = (raw, states) =>
    ipmi.getSensorReading.encodeResponse({
      raw,
      eventMessagesEnabled: true,
      scanningEnabled: true,
      unavailable: false,
      states,
      comparison: states & 0x3f,
      stateBytes: 2,
    });
  for (const kind of KINDS) {
    // Models differ in the name of their first sensor, and in their product ids.
    const named = () => (model > 0 && records.length === 0 ? { ...kind, name: `M${model}` } : kind);
    for (let instance = 1; instance <= countOf(kind); instance++) {
      records.push(fullRecord(named(), records.length, instance));
      readings.push(reading(kind.raw + (instance % 8), 0));
    }
  }
  for (let instance = 1; instance <= countOf(DISCRETE); instance++) {
    records.push(compactRecord(records.length, instance));
    readings.push(reading(0, DISCRETE.presence));
  }
  return { records, readings };
}

const OK = Buffer.of(0x00);
const ok = (data) => Buffer.concat([OK, data]);
const refusal = (code) => Buffer.of(code);

const NO_SUCH_COMMAND = refusal(0xc1);
const NO_SUCH_RECORD = refusal(0xcb);

const SDR_DATE = 1_700_000_000;

/**
 * The responses of a board. `answer(netFn, command, data)` returns the same object every time (except for parts of
 * SDRs), so that the sender can cache messages made from it.
 */
export function makeBoard({ halfDiscrete = false, model = 0 } = {}) {
  const { records, readings } = sensors({ halfDiscrete, model });
  const readingAnswers = readings.map(ok);
  const parts = records.map((record, i) =>
    ok(
      ipmi.getSdr.encodeResponse({
        nextRecordId: i + 1 < records.length ? i + 2 : 0xffff,
        data: record,
      }),
    ),
  );
  const fixed = new Map();
  const say = (command, response) =>
    fixed.set((command.netFn << 8) | command.code, ok(command.encodeResponse(response)));
  say(ipmi.getDeviceId, {
    deviceId: 0x20,
    deviceRevision: 1,
    providesDeviceSdrs: false,
    updateInProgress: false,
    firmwareMajor: 1,
    firmwareMinor: 10,
    ipmiVersion: "2.0",
    support: {
      sensorDevice: true,
      sdrRepository: true,
      sel: true,
      fruInventory: true,
      eventReceiver: true,
      eventGenerator: true,
      bridge: false,
      chassis: true,
    },
    manufacturerId: 0x1234,
    productId: 0x5678 + model,
  });
  say(ipmi.getChassisStatus, {
    powerOn: true,
    powerOverload: false,
    interlock: false,
    powerFault: false,
    powerControlFault: false,
    restorePolicy: "previous",
    lastPowerEvent: 0,
    intrusion: false,
    frontPanelLockout: false,
    driveFault: false,
    coolingFault: false,
    identify: "off",
  });
  say(ipmi.getSelInfo, {
    version: 0x51,
    entries: 0,
    freeBytes: 16_000,
    lastAdditionTimestamp: SDR_DATE,
    lastEraseTimestamp: SDR_DATE,
    overflow: false,
    deleteSupported: false,
    partialAddSupported: false,
    reserveSupported: true,
    allocationInfoSupported: true,
  });
  say(ipmi.getBmcGlobalEnables, {
    eventLogging: true,
    eventMessageBuffer: false,
    eventMessageBufferFullInterrupt: false,
    receiveMessageQueueInterrupt: false,
    oem: 0,
  });
  say(ipmi.getSdrRepositoryInfo, {
    version: 0x51,
    records: records.length,
    freeBytes: 0,
    lastAdditionTimestamp: SDR_DATE,
    lastEraseTimestamp: SDR_DATE,
    overflow: false,
    updateModes: 0,
    deleteSupported: false,
    partialAddSupported: false,
    reserveSupported: true,
    allocationInfoSupported: true,
  });
  say(ipmi.reserveSdrRepository, { reservationId: 1 });
  say(ipmi.getWatchdogTimer, {
    dontLog: false,
    running: false,
    timerUse: 0,
    preTimeoutInterrupt: 0,
    action: 0,
    preTimeoutSeconds: 0,
    expirationFlags: 0,
    initialCountdownMs: 0,
    presentCountdownMs: 0,
  });
  const statistics = { currentWatts: 240, minimumWatts: 90, maximumWatts: 610, averageWatts: 250 };
  say(ipmi.getPowerReading, { ...statistics, timestamp: SDR_DATE, periodMs: 60_000, active: true });
  fixed.set((ipmi.closeSession.netFn << 8) | ipmi.closeSession.code, OK);
  fixed.set((0x0a << 8) | 0x43, NO_SUCH_RECORD);
  // Only ipmitool requests these.
  say(ipmi.getSelAllocationInfo, {
    units: 1000,
    unitBytes: 16,
    freeUnits: 1000,
    largestFreeUnits: 1000,
    largestRecordUnits: 1,
  });
  fixed.set((0x06 << 8) | 0x3b, ok(Buffer.of(2)));

  const readingCommand = (ipmi.getSensorReading.netFn << 8) | ipmi.getSensorReading.code;
  const timeCommand = (ipmi.getSelTime.netFn << 8) | ipmi.getSelTime.code;
  const time = () => ok(ipmi.getSelTime.encodeResponse({ timestamp: Math.floor(Date.now() / 1000) }));
  const sdrCommand = (ipmi.getSdr.netFn << 8) | ipmi.getSdr.code;
  /** A whole record, which our client requests, or a part of one. */
  function partOf(data) {
    const index = Math.max(data.readUInt16LE(2), 1) - 1;
    const whole = parts[index];
    if (whole === undefined) return NO_SUCH_RECORD;
    const [offset, count] = [data[4], data[5]];
    if (offset === 0 && count === 0xff) return whole;
    return Buffer.concat([whole.subarray(0, 3), records[index].subarray(offset, offset + count)]);
  }
  return {
    records,
    answer(netFn, command, data) {
      const key = (netFn << 8) | command;
      if (key === readingCommand) return readingAnswers[data[0]] ?? NO_SUCH_RECORD;
      if (key === sdrCommand) return partOf(data);
      // A clock that stands still would make the client distrust the event log.
      if (key === timeCommand) return time();
      return fixed.get(key) ?? NO_SUCH_COMMAND;
    },
  };
}
