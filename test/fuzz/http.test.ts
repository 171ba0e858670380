import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAULTS, Park, serveControl } from "../../src/simulator/index.ts";
import { ProbeRefused } from "../../src/web/index.ts";
import { inputsOf, printedSeed } from "../ipmi/fuzz/random.ts";
import { fleet } from "../web/fleet.ts";
import { partsOf, Rig } from "../web/rig.ts";
import { checkSentence, fuzzAnswers, Violation } from "./text-target.ts";

const COUNT = inputsOf(3000);
const seed = printedSeed(`${COUNT} requests to each of two servers`);

/** What node:http lets through in a path; anything else would not leave this process. */
const asPath = (text: string): string =>
  text.replaceAll(/[^\x21-\x7e]/g, (char) => `%${(char.charCodeAt(0) & 0xff).toString(16).padStart(2, "0")}`);

describe("arbitrary HTTP queries", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start(
      partsOf(fleet(30), {
        probe: async ({ target }) => {
          throw new ProbeRefused(403, `nobody is asked here: ${target.slice(0, 100)}`);
        },
      }),
    );
  });
  afterAll(() => rig.stop());

  const QUERIES = [
    "/metrics?host=node001&without=rack",
    "/metrics?rack=r01&slice=0/4",
    "/sd?by=rack",
    "/sd?by=slice&slices=7",
    "/sd?by=probe",
    "/probe?module=x&auth=y",
    "/hosts/node001",
    "/?rack=r01&page=2",
    "/-/healthy",
    "/config",
  ];

  it(
    "are answered or refused, never with a server error",
    async () => {
      const ask = async (text: string): Promise<void> => {
        const { status, text: body } = await rig.ask(asPath(text.startsWith("/") ? text : `/${text}`));
        if (status >= 500) throw new Violation(`status ${status}: ${body.slice(0, 200)}`);
        if (status >= 400) checkSentence(body);
      };
      await fuzzAnswers({ name: "queries", valid: QUERIES, ask }, COUNT, seed);
      expect((await rig.ask("/metrics?host=node001")).status).toBe(200);
    },
    Math.max(60_000, COUNT * 50),
  );
});

describe("the control API of the simulator", () => {
  let park: Park;
  let server: Awaited<ReturnType<typeof serveControl>>;
  beforeAll(async () => {
    park = await Park.open({ racks: 1, hostsPerRack: 2, boards: ["asrock-single"], port: 0, seed: 1 });
    server = await serveControl(park, 0);
  }, 60_000);
  afterAll(async () => {
    server.close();
    await park.close();
  });

  function post(body: string): Promise<{ readonly status: number; readonly text: string }> {
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const asked = request(
        { host: "127.0.0.1", port, path: "/faults", method: "POST", headers, agent: false },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (piece: string) => {
            text += piece;
          });
          answer.once("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        },
      );
      asked.once("error", reject);
      asked.end(body);
    });
  }

  it(
    "accepts a fault or reports what is wrong with it",
    async () => {
      const valid = FAULTS.map(({ name, scope, parameters }) => {
        const target = scope === "rack" ? "r1" : (park.hosts[0]?.name ?? "");
        const values = Object.fromEntries(
          Object.entries(parameters).map(([key, parameter]) => [key, parameter.default]),
        );
        return JSON.stringify({ target, fault: name, parameters: values, for: "10m" });
      });
      const ask = async (text: string): Promise<void> => {
        const { status, text: body } = await post(text);
        if (status !== 201 && (status < 400 || status >= 500))
          throw new Violation(`status ${status}: ${body.slice(0, 200)}`);
        checkSentence(body);
        for (const { id } of park.faults) park.end(id);
      };
      await fuzzAnswers({ name: "faults", valid, ask }, COUNT, seed);
    },
    Math.max(60_000, COUNT * 50),
  );
});
