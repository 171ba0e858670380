import { type Command, Option } from "commander";
import { collect, controlPortOption, ratio, receiver, whole } from "./options.ts";

/** Adds `lightsout simulate` and the commands that control a running simulator. */
export function addSimulateCommand(program: Command): void {
  const simulateCommand = program
    .command("simulate")
    .description("run virtual BMCs on the loopback network")
    .enablePositionalOptions()
    .addOption(new Option("--racks <number>", "number of racks").default(2).argParser(whole(0, 1000)))
    .addOption(new Option("--per-rack <number>", "machines per rack").default(18).argParser(whole(1, 100)))
    .option("--boards <names>", "comma-separated board models; see simulate boards", (text) => text.split(","))
    .option(
      "--recorded <folder>",
      "folder of a recorded machine (sdr.hex, readings.json, fru-NN.bin), repeatable",
      collect,
    )
    .addOption(
      new Option("--copies <number>", "number of copies of each recorded machine")
        .default(1)
        .argParser(whole(1, 10_000)),
    )
    .addOption(
      new Option("--port <port>", "UDP port of the BMCs, which have different addresses")
        .default(6230)
        .argParser(whole(0, 65535)),
    )
    .addOption(controlPortOption())
    .option(
      "--timetable <file>",
      "YAML list of scheduled faults, e.g. { at: 30s, target: r1u02, fault: fan_stopped, for: 5m }",
    )
    .option("--traps <address:port>", "send platform event traps to this receiver, e.g. 127.0.0.1:9162", receiver)
    .option("--trap-community <text>", "community of these traps", "public")
    .option("--loss <ratio>", "share of packets that are lost, from 0 to 1", ratio)
    .option("--silent <ratio>", "share of BMCs that do not answer, from 0 to 1", ratio)
    .option("--lossy <ratio>", "share of BMCs that lose packets: the share in --loss (default: a tenth)", ratio)
    .option(
      "--scenario <name[=argument][:share]>",
      "misbehaviour of all BMCs or of a share of them, e.g. hung=sessions:0.1, repeatable; see simulate scenarios",
      collect,
    )
    .addOption(new Option("--latency <milliseconds>", "mean time to a response").argParser(whole(0, 60_000)))
    .addOption(
      new Option("--seed <number>", "seed of the random numbers; the same seed gives the same machines")
        .default(1)
        .argParser(whole(0, 2 ** 31)),
    )
    .action(async (options) => {
      const { simulate } = await import("./simulate.ts");
      process.exitCode = await simulate({
        racks: options.racks,
        perRack: options.perRack,
        boards: options.boards,
        recorded: options.recorded ?? [],
        copies: options.copies,
        port: options.port,
        controlPort: options.controlPort,
        timetable: options.timetable,
        traps: options.traps && { ...options.traps, community: options.trapCommunity },
        lossRatio: options.loss,
        silentRatio: options.silent,
        lossyRatio: options.lossy,
        latencyMs: options.latency,
        scenarios: options.scenario,
        seed: options.seed,
      });
    });

  simulateCommand
    .command("inject <target> <fault> [parameters...]")
    .description(
      "inject a fault into a machine (e.g. r1u02) or rack (e.g. r1) of a running simulator; parameters are name=value",
    )
    .option("--for <duration>", "clear the fault after this duration, e.g. 10m")
    .addOption(controlPortOption())
    .action(async (target: string, fault: string, parameters: string[], options) => {
      const { inject } = await import("./simulate.ts");
      const { for: duration, controlPort } = options;
      process.exitCode = await inject({ target, fault, parameters, duration, controlPort });
    });

  simulateCommand
    .command("status")
    .description("list the active faults of a running simulator, with their numbers")
    .addOption(controlPortOption())
    .action(async ({ controlPort }) => {
      const { listActiveFaults } = await import("./simulate.ts");
      process.exitCode = await listActiveFaults(controlPort);
    });

  simulateCommand
    .command("end <number>")
    .description("clear a fault, by the number that inject and status print")
    .addOption(controlPortOption())
    .action(async (id: string, options) => {
      const { endFault } = await import("./simulate.ts");
      process.exitCode = await endFault(id, options.controlPort);
    });

  simulateCommand
    .command("faults")
    .description("list the faults and their parameters")
    .action(async () => {
      const { listFaults } = await import("./simulate.ts");
      process.exitCode = listFaults();
    });

  simulateCommand
    .command("scenarios")
    .description("list the scenarios for --scenario, with their arguments")
    .action(async () => {
      const { listScenarios } = await import("./simulate.ts");
      process.exitCode = listScenarios();
    });

  simulateCommand
    .command("boards")
    .description("list the board models")
    .action(async () => {
      const { listBoards } = await import("./simulate.ts");
      process.exitCode = listBoards();
    });
}
