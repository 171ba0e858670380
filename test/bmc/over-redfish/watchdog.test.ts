import { expect, it } from "vitest";
import { watchdogOf } from "../../../src/bmc/over-redfish/watchdog.ts";
import { decodeComputerSystem, type JsonObject } from "../../../src/redfish/index.ts";

const watchdog = (...timers: readonly (JsonObject | undefined)[]) =>
  watchdogOf(timers.map((HostWatchdogTimer) => decodeComputerSystem({ HostWatchdogTimer })));

it.each<[string, JsonObject, object]>([
  [
    "runs",
    {
      FunctionEnabled: true,
      Status: { State: "Enabled" },
      TimeoutAction: "PowerCycle",
      WarningAction: "DiagnosticInterrupt",
    },
    { running: true, action: "power cycle", preTimeoutInterrupt: "NMI" },
  ],
  [
    "may run but does not",
    { FunctionEnabled: true, Status: { State: "StandbyOffline" }, TimeoutAction: "ResetSystem" },
    { running: false, action: "hard reset", preTimeoutInterrupt: undefined },
  ],
  [
    "is off on a GH200, whose timer is in the state Enabled",
    { FunctionEnabled: false, Status: { State: "Enabled" }, TimeoutAction: "ResetSystem" },
    { running: false },
  ],
  ["has an action of the vendor", { TimeoutAction: "OEM" }, { running: false, action: "oem" }],
])("a watchdog that %s", (_, timer, expected) => {
  expect(watchdog(timer)).toMatchObject({ ...expected, expired: [] });
});

it("is the one of the first system that has one", () => {
  expect(watchdog(undefined, { TimeoutAction: "None" })).toMatchObject({ action: "none" });
  expect(watchdog(undefined)).toBeUndefined();
});
