import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { record, snapshot } from "../exposition/records.ts";
import { temporaryFolder } from "../rig/child.ts";
import { findProgram, withPeers } from "../rig/requirements.ts";
import { run } from "../rig/run.ts";
import { partsOf, Rig } from "./rig.ts";

let rig: Rig;
let reloads = 0;
let probes = 0;
const start = async (): Promise<void> => {
  reloads = 0;
  probes = 0;
  rig = await Rig.start(
    partsOf([], {
      reload: async () => {
        reloads++;
        return { ok: true, problems: [] };
      },
      probe: async () => {
        probes++;
        return { record: record(snapshot("a")) };
      },
      ipmi: async () => {
        probes++;
        return "";
      },
    }),
  );
};
afterEach(() => rig?.stop());

const HTML = "text/html,application/xhtml+xml,*/*;q=0.8";
type Row = readonly [what: string, headers: Record<string, string>, reload: number, probe: number];

describe("a request", () => {
  it.each<Row>([
    ["of a program", {}, 200, 200],
    ["of a page of the exporter", { Host: "exporter:9623", Origin: "http://exporter:9623" }, 200, 200],
    ["of its page under a name in capitals", { Host: "Exporter:9623", Origin: "http://exporter:9623" }, 200, 200],
    ["of its page at the default port", { Host: "exporter:80", Origin: "http://exporter" }, 200, 200],
    ["of its page behind a TLS proxy", { Host: "exporter", Origin: "https://exporter" }, 200, 200],
    ["of its page at an IPv6 address", { Host: "[::1]:9623", Origin: "http://[::1]:9623" }, 200, 200],
    ["of another host", { Host: "exporter:9623", Origin: "http://other:9623" }, 403, 403],
    ["of another port", { Host: "exporter:9623", Origin: "http://exporter:3000" }, 403, 403],
    ["of a host whose name begins like ours", { Host: "exporter", Origin: "http://exporter.evil" }, 403, 403],
    ["of a page that hides its origin", { Host: "exporter:9623", Origin: "null" }, 403, 403],
    ["with an origin that is no URL", { Host: "exporter:9623", Origin: "exporter:9623" }, 403, 403],
    ["with an empty origin", { Host: "exporter:9623", Origin: "" }, 403, 403],
    ["that the user typed", { "Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document" }, 200, 200],
    ["of this site", { "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "empty" }, 200, 200],
    ["of another site", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image" }, 403, 403],
    ["of a sibling site", { "Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "empty" }, 403, 403],
    ["by a link of another site", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document" }, 403, 200],
    ["in a frame of another site", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe" }, 403, 403],
    ["with a referer of ours", { Host: "exporter:9623", Referer: "http://exporter:9623/x" }, 200, 200],
    ["with another referer", { Host: "exporter:9623", Referer: "http://other/x", Accept: "*/*" }, 403, 403],
    ["by a link of a page of plain HTTP", { Host: "exporter:9623", Referer: "http://other/", Accept: HTML }, 403, 200],
  ])("%s is served or not", async (_what, headers, reload, probe) => {
    await start();
    expect((await rig.ask("/-/reload", { method: "POST", headers })).status).toBe(reload);
    expect((await rig.ask("/-/reload", { method: "PUT", headers })).status).toBe(reload);
    expect(reloads).toBe(reload === 200 ? 2 : 0);
    expect((await rig.ask("/probe?target=a", { headers })).status).toBe(probe);
    expect((await rig.ask("/probe?target=a&debug=true", { headers })).status).toBe(probe);
    expect((await rig.ask("/ipmi?target=a", { headers })).status).toBe(probe);
    expect(probes).toBe(probe === 200 ? 3 : 0);
    expect((await rig.ask("/-/healthy", { headers })).status).toBe(200);
  });
});

/** Attacks of a page: forms, a beacon, fetch() with and without a preflight, images. */
const attack = (target: string, id: string): string => `
<form id=${id}1 method=post action="${target}/-/reload" target=${id}2><input name=a value=b></form><iframe name=${id}2></iframe>
<form id=${id}3 method=post action="${target}/-/reload" target=${id}4 rel=noreferrer><input name=a value=b></form>
<iframe name=${id}4 sandbox="allow-forms"></iframe>
<img src="${target}/probe?target=a"><img src="${target}/ipmi?target=a">
<script>{
  const post = { method: "POST", mode: "no-cors" };
  fetch("${target}/-/reload", post).catch(() => {});
  fetch("${target}/-/reload", { ...post, referrerPolicy: "no-referrer" }).catch(() => {});
  fetch("${target}/-/reload", { method: "PUT" }).catch(() => {});
  fetch("${target}/probe?target=a&debug=true").catch(() => {});
  navigator.sendBeacon("${target}/-/reload", "x");
  ${id}1.submit();
  ${id}3.submit();
}</script>`;

/** A server on a loopback address; the URL's host is a name that the browser resolves to it. */
async function serve(answer: (url: string) => Promise<string>): Promise<{ port: number; close(): void }> {
  const server = createServer(async (request, response) => {
    response.setHeader("content-type", "text/html").end(await answer(`${request.method} ${request.url}`));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

withPeers(["chromium"], "Chromium, over plain HTTP and under a name that is not localhost", () => {
  it.each(["http://evil.test", "http://evil.exporter.test", "http://exporter.test"])(
    "cannot be made by a page of %s to reload the exporter or to probe a BMC",
    async (site) => {
      await start();
      const profile = temporaryFolder("chromium");
      // A server that takes everything shows that the attacks are sent.
      const taken: string[] = [];
      const careless = await serve(async (url) => {
        taken.push(url);
        return "";
      });
      const evil = await serve(async (url) => {
        // The page is loading until this image is.
        if (url === "GET /slow.png") await sleep(2500);
        if (url !== "GET /") return "";
        const attacks =
          attack(`http://exporter.test:${rig.port}`, "e") + attack(`http://open.test:${careless.port}`, "o");
        return `<!doctype html><title>another site</title>${attacks}<img src="/slow.png">`;
      });
      try {
        await run(
          findProgram("chromium") ?? "chromium",
          [
            ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
            ...[`--user-data-dir=${profile.path}`, "--host-resolver-rules=MAP *.test 127.0.0.1"],
            ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
            ...["--dump-dom", `${site}:${evil.port}/`],
          ],
          { timeoutMs: 60_000 },
        );
        expect(taken.filter((url) => url === "POST /-/reload").length).toBeGreaterThanOrEqual(4);
        expect(new Set(taken)).toContain("GET /probe?target=a");
        expect({ reloads, probes }).toEqual({ reloads: 0, probes: 0 });
      } finally {
        evil.close();
        careless.close();
        profile.remove();
      }
    },
    90_000,
  );
});
