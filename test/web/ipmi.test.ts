import { afterEach, describe, expect, it } from "vitest";
import { ProbeRefused, type ProbeRequest } from "../../src/web/index.ts";
import { partsOf, Rig } from "./rig.ts";

let rig: Rig | undefined;
afterEach(() => rig?.stop());

async function start(ipmi: (request: ProbeRequest) => Promise<string>): Promise<Rig> {
  rig = await Rig.start(partsOf([], { ipmi }));
  return rig;
}

describe("/ipmi", () => {
  it("passes on target, module and the time-out of Prometheus, and returns the text", async () => {
    let asked: ProbeRequest | undefined;
    const web = await start(async (request) => {
      asked = request;
      return "ipmi_up 1\n";
    });
    const headers = { "X-Prometheus-Scrape-Timeout-Seconds": "10" };
    const answer = await web.ask("/ipmi?target=10.1.2.3&module=dcmi", { headers });
    expect(answer).toMatchObject({ status: 200, text: "ipmi_up 1\n" });
    expect(answer.headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(asked).toMatchObject({ target: "10.1.2.3", module: "dcmi", auth: undefined, timeoutMs: 9500 });
  });

  it("explains what is missing or not allowed", async () => {
    const web = await start(async () => {
      throw new ProbeRefused(403, "not this one");
    });
    expect(await web.ask("/ipmi")).toMatchObject({ status: 400, text: expect.stringContaining("/ipmi?target=NAME") });
    expect(await web.ask("/ipmi?target=a&modul=b")).toMatchObject({
      status: 400,
      text: expect.stringContaining("did you mean module?"),
    });
    expect(await web.ask("/ipmi?target=a")).toMatchObject({
      status: 403,
      text: expect.stringContaining("not this one"),
    });
  });
});
