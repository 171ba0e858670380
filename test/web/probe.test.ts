import { afterEach, describe, expect, it } from "vitest";
import { renderProbe } from "../../src/exposition/index.ts";
import { ProbeRefused, type ProbeRequest, type WebParts } from "../../src/web/index.ts";
import { dead, full } from "../exposition/records.ts";
import { type Answer, type AskOptions, partsOf, Rig, until } from "./rig.ts";

let rig: Rig;
let asked: ProbeRequest[] = [];

async function start(
  probe: WebParts["probe"] = async () => ({ record: full }),
  more: Partial<WebParts> = {},
): Promise<void> {
  asked = [];
  const remembering: WebParts["probe"] = (request) => {
    asked.push(request);
    return probe(request);
  };
  rig = await Rig.start(partsOf([full], { probe: remembering, ...more }));
}
const ask = (query: string, options?: AskOptions): Promise<Answer> => rig.ask(`/probe${query}`, options);

describe("/probe", () => {
  afterEach(() => rig.stop());

  it("exports one BMC without host and place", async () => {
    await start();
    const { status, headers, text } = await ask("?target=node017&module=big&auth=ops");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(text).toBe(renderProbe(full).toString());
    expect(asked[0]).toMatchObject({ target: "node017", module: "big", auth: "ops", timeoutMs: 60_000 });
    expect(asked[0]?.trace).toBeUndefined();
  });

  it("answers 200 with the reason for a BMC that does not answer", async () => {
    await start(async () => ({ record: dead }));
    const { status, text } = await ask("?target=node018");
    expect(status).toBe(200);
    expect(text).toMatch(/^bmc_up 0$/m);
    expect(text).toMatch(/^bmc_failure\{stage="\w+",reason="\w+"\} 1$/m);
  });

  it("treats empty fields of the form as absent", async () => {
    await start();
    expect((await ask("?target=node017&module=&auth=")).status).toBe(200);
    expect(asked[0]?.module).toBeUndefined();
    expect(asked[0]?.auth).toBeUndefined();
  });

  it.each([
    ["", "target is missing; use /probe?target=NAME"],
    ["?target=", "target is missing"],
    ["?target=a&target=b", "the parameter target is given 2 times, but allowed once"],
    ["?target=a&modul=b", 'unknown parameter "modul"; did you mean module? (/probe has target, module, auth, debug)'],
    ["?target=a&debug=1", 'debug must be true or false, not "1"'],
  ])("answers 400 to %j and polls no BMC", async (query, message) => {
    await start();
    const { status, text } = await ask(query);
    expect(status).toBe(400);
    expect(text).toContain(message);
    expect(asked).toEqual([]);
  });

  it.each([
    [400, 'unknown module "bigg"; did you mean big?', undefined],
    [403, "10.0.0.9 is not in the inventory, and probe.allow does not list its network", undefined],
    [503, "too many probes are waiting", "5"],
  ])("hands on a refusal with %d", async (status, message, retryAfter) => {
    await start(() => Promise.reject(new ProbeRefused(status, message)));
    const answer = await ask("?target=a");
    expect(answer.status).toBe(status);
    expect(answer.text).toBe(`${message}\n`);
    expect(answer.headers["retry-after"]).toBe(retryAfter);
  });

  it("hides the details of an unexpected error, and logs it", async () => {
    const errors: unknown[] = [];
    const log = { debug() {}, info() {}, warn() {}, error: (fields: unknown) => void errors.push(fields) };
    await start(() => Promise.reject(new Error("password hunter2")), { log });
    const { status, text } = await ask("?target=a");
    expect(status).toBe(500);
    expect(text).toBe("internal error; see the log of the exporter\n");
    expect(errors).toHaveLength(1);
  });

  describe("the time-out of Prometheus", () => {
    it.each([
      ["10", 9500],
      ["2.5", 2000],
      // Half of it, where the offset would leave less.
      ["0.6", 300],
      ["86400", 600_000],
    ])("of %s s leaves %d ms", async (header, timeoutMs) => {
      await start();
      await ask("?target=a", { headers: { "X-Prometheus-Scrape-Timeout-Seconds": header } });
      expect(asked[0]?.timeoutMs).toBe(timeoutMs);
    });

    it.each(["soon", "0", "-1", "NaN", "Infinity"])("is refused when it is %s", async (header) => {
      await start();
      const { status, text } = await ask("?target=a", { headers: { "X-Prometheus-Scrape-Timeout-Seconds": header } });
      expect(status).toBe(400);
      expect(text).toContain("must be a number of seconds above 0");
    });

    it("is reduced by the configured offset", async () => {
      await start(undefined, { limits: { timeoutOffsetMs: 2000 } });
      await ask("?target=a", { headers: { "X-Prometheus-Scrape-Timeout-Seconds": "10" } });
      expect(asked[0]?.timeoutMs).toBe(8000);
    });
  });

  it("aborts the probe if the client closes the connection", async () => {
    let aborted = false;
    await start(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            reject(signal.reason);
          });
        }),
    );
    const client = rig.askAndLeave("/probe?target=a");
    await until(() => asked.length === 1);
    expect(aborted).toBe(false);
    client.leave();
    await until(() => aborted);
  });

  it("does not abort a probe that has a result", async () => {
    await start();
    await ask("?target=a");
    expect(asked[0]?.signal.aborted).toBe(false);
  });

  it("returns with debug=true the steps, the result and the metrics, as a valid exposition", async () => {
    await start(async ({ trace }) => {
      trace?.("sent", "Get Channel Authentication Capabilities");
      trace?.("received", "IPMI 2.0\nbmc_up 7");
      trace?.("note", "session open");
      return { record: dead };
    });
    const { headers, text } = await ask("?target=node018&debug=true");
    expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(text).toMatch(/^# +\d+\.\d{3} {2}-> Get Channel Authentication Capabilities$/m);
    expect(text).toMatch(/^# +\d+\.\d{3} {2}<- IPMI 2.0 bmc_up 7$/m);
    expect(text).toMatch(/^# result: failed at \w+: \w+: /m);
    expect(text).toContain(`\n\n${renderProbe(dead).toString()}`);
    expect(text.split("\n").filter((line) => /^bmc_up/.test(line))).toEqual(["bmc_up 0"]);
  });

  it("prefers the steps of the result, and says if there are none", async () => {
    await start(async () => ({ record: full, trace: [{ atMs: 1500, direction: "note", text: "kept elsewhere" }] }));
    expect((await ask("?target=a&debug=true")).text).toMatch(/^# +1\.500 {5}kept elsewhere$/m);
    await rig.stop();
    await start();
    expect((await ask("?target=a&debug=true")).text).toContain("# no steps");
  });
});
