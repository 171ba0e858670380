import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { compileBoard, type Simulation, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { temporaryFolder } from "../rig/child.ts";
import { builtMain } from "./build.ts";
import { configFolder, eventually, type Lightsout, lightsout, startLightsout } from "./lightsout.ts";

const READ = /^bmc_up{host="n1"} 1$/m;

describe("the state_dir of lightsout serve", () => {
  let simulation: Simulation;
  const closers: (() => unknown)[] = [];
  beforeAll(async () => {
    await builtMain();
    simulation = await startSimulation({ port: 0, bmcs: [{ board: compileBoard(sampleBoard()) }] });
  });
  afterAll(() => simulation.stop());
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  const state = () => {
    const folder = temporaryFolder("state");
    closers.push(() => folder.remove());
    const [bmc] = simulation.bmcs;
    const config = {
      state_dir: folder.path,
      auths: { default: { username: "monitor", password: "sesame" } },
      modules: { default: { interval: "1s", timeout: "900ms", parts: ["power", "sensors", "sel"] } },
      targets: [{ hosts: "n1", address: `${bmc?.address}:${bmc?.port}` }],
    };
    const start = async (): Promise<Lightsout> => {
      const exporter = await startLightsout({ config });
      closers.push(() => exporter.stop());
      return exporter;
    };
    return { path: folder.path, config, start };
  };
  const untilRead = async (exporter: Lightsout): Promise<void> => {
    await eventually(
      () => exporter.get("/metrics"),
      ({ text }) => READ.test(text),
    );
  };
  const filesIn = (path: string): readonly string[] =>
    ["hosts", "sdr"].flatMap((name) => readdirSync(join(path, name)).map((file) => join(path, name, file)));

  it("is one process's: the second is refused with a sentence that names the first, until that was killed", async () => {
    const { config, start } = state();
    const first = await start();
    const other = configFolder(config);
    closers.push(() => other.remove());
    const args = ["serve", "--config.file", other.file, "--web.listen-address", "127.0.0.1:0"];
    const second = await lightsout(args);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(new RegExp(`^lightsout: state_dir: .* is in use by process ${first.pid} on `, "m"));
    first.signal("SIGKILL");
    await first.stop();
    await untilRead(await start());
  });

  it("has files for this user alone", async () => {
    const { path, start } = state();
    const exporter = await start();
    await untilRead(exporter);
    await eventually(
      () => filesIn(path).length,
      (count) => count >= 2,
    );
    await exporter.stop();
    expect(filesIn(path).map((file) => statSync(file).mode & 0o777)).toEqual(filesIn(path).map(() => 0o600));
    expect(["", "hosts", "sdr"].map((name) => statSync(join(path, name)).mode & 0o777)).toEqual([0o700, 0o700, 0o700]);
  });

  it("may hold FIFOs: hosts are polled without it, and SIGTERM ends the process", async () => {
    const { path, start } = state();
    const first = await start();
    await untilRead(first);
    await eventually(
      () => filesIn(path).length,
      (count) => count >= 2,
    );
    await first.stop();
    for (const file of filesIn(path)) {
      rmSync(file);
      execFileSync("mkfifo", [file]);
    }
    const second = await start();
    await untilRead(second);
    const { code, signal, tookMs } = await second.stop();
    expect([code, signal]).toEqual([0, null]);
    expect(tookMs).toBeLessThan(5000);
  });
});
