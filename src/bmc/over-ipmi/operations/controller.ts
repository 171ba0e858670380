import { coldReset, getSelfTestResults, warmReset } from "../../../ipmi/index.ts";
import type { ControllerOperations } from "../../operations/index.ts";
import { readController, readGuid, withLan } from "../controller.ts";
import { FruReader } from "../fru.ts";
import { LanReader } from "../lan.ts";
import { selfTestOf } from "../self-test.ts";
import { readWatchdog } from "../watchdog.ts";
import type { OperationSession } from "./operation-session.ts";
import type { SensorWords } from "./sensors.ts";

export function controllerOperations(s: OperationSession, words: SensorWords): ControllerOperations {
  const { signal } = s;
  const { memory, bridge } = s.tools;
  return {
    async controllerInfo() {
      const device = await words.device();
      const guid = await readGuid(s, signal);
      const controller = await readController(s, { device, guid }, signal);
      return withLan(controller, await new LanReader(memory).info(s, signal));
    },
    guid: () => readGuid(s, signal),
    async selfTest() {
      return selfTestOf(await s.run(getSelfTestResults, undefined));
    },
    async readFrus() {
      const { frus, failure } = await new FruReader().read(s, memory, await words.frus(), { bridge, signal });
      if (failure !== undefined && frus.length === 0) throw failure;
      return frus;
    },
    watchdog: () => readWatchdog(s, signal),
    async resetController(kind) {
      const acceptance = await s.change(kind === "cold" ? coldReset : warmReset, undefined);
      s.expectSilence();
      return acceptance;
    },
  };
}
