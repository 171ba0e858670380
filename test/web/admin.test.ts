import { afterEach, describe, expect, it } from "vitest";
import type { WebParts } from "../../src/web/index.ts";
import { partsOf, Rig } from "./rig.ts";

let rig: Rig;
const start = async (more: Partial<WebParts> = {}): Promise<void> => {
  rig = await Rig.start(partsOf([], more));
};
afterEach(() => rig.stop());

describe("/-/healthy and /-/ready", () => {
  it("distinguish a running process from one that has its inventory", async () => {
    let ready = false;
    await start({ ready: () => (ready ? { ready } : { ready, why: "waiting for http_sd" }) });
    expect((await rig.ask("/-/healthy")).status).toBe(200);
    const before = await rig.ask("/-/ready");
    expect([before.status, before.text]).toEqual([503, "not ready: waiting for http_sd\n"]);
    ready = true;
    expect((await rig.ask("/-/ready")).status).toBe(200);
  });
});

describe("/-/reload", () => {
  it.each(["POST", "PUT"])("reloads on %s", async (method) => {
    let reloads = 0;
    await start({
      reload: async () => {
        reloads++;
        return { ok: true, problems: [] };
      },
    });
    const { status, text } = await rig.ask("/-/reload", { method });
    expect([status, text, reloads]).toEqual([200, "reloaded\n", 1]);
  });

  it("lists the problems of an invalid configuration", async () => {
    await start({ reload: async () => ({ ok: false, problems: ["line 3: targets: wrong", "line 9: auths: wrong"] }) });
    const { status, text } = await rig.ask("/-/reload", { method: "POST" });
    expect(status).toBe(500);
    expect(text).toBe(
      "not reloaded, the previous configuration stays in use:\nline 3: targets: wrong\nline 9: auths: wrong\n",
    );
  });

  it("is not for GET", async () => {
    await start({ reload: () => Promise.reject(new Error("must not be called")) });
    const got = await rig.ask("/-/reload");
    expect([got.status, got.headers.allow]).toEqual([405, "POST, PUT"]);
  });
});

describe("/config", () => {
  it("returns the given text as text/plain", async () => {
    await start({ configText: () => "auths:\n  default: { password: <secret> }\n" });
    const { headers, text } = await rig.ask("/config");
    expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(text).toBe("auths:\n  default: { password: <secret> }\n");
  });
});

describe("an unknown path or method", () => {
  it("is answered with the endpoints, as text or as a page", async () => {
    await start();
    const text = await rig.ask("/metric");
    expect(text.status).toBe(404);
    expect(text.headers["content-type"]).toBe("text/plain; charset=utf-8");
    for (const path of ["/metrics", "/metrics/self", "/probe", "/sd", "/config", "/-/healthy", "/-/ready", "/-/reload"])
      expect(text.text).toContain(`  ${path} `);
    const page = await rig.ask("/<b>", { headers: { Accept: "text/html,*/*;q=0.8" } });
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.text).not.toContain("<b>");
    expect(page.text).toContain("/-/reload");
  });

  it.each(["/", "/hosts/a", "/metrics", "/probe", "/sd", "/config", "/-/healthy"])(
    "is refused: POST %s",
    async (path) => {
      await start();
      const { status, headers } = await rig.ask(path, { method: "POST" });
      expect([status, headers.allow]).toEqual([405, "GET"]);
    },
  );

  it("is refused with 400 if the path is not percent-encoded", async () => {
    await start();
    const { status, text } = await rig.ask("/hosts/%ZZ");
    expect([status, text]).toEqual([400, "the request is malformed\n"]);
  });
});
