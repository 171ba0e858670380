import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Secret, systemClock } from "../../src/lib/index.ts";
import {
  type RedfishError,
  RedfishSession,
  type RedfishSessionOptions,
  type SavedSession,
  type TlsSettings,
} from "../../src/redfish/index.ts";
import { temporaryFolder } from "../rig/child.ts";
import { withPeers } from "../rig/requirements.ts";
import { type Answer, json, type KeyPair, loopbackCertificates, ScriptedHttps } from "../rig/scripted-https.ts";

const ROOT = { RedfishVersion: "1.8.0", Links: { Sessions: { "@odata.id": "/redfish/v1/SessionService/Sessions" } } };
const SYSTEM = { "@odata.id": "/redfish/v1/Systems/1", PowerState: "On" };

/** A service with one system; `special` answers first and may leave the request to the service. */
function service(special?: (path: string, ...rest: Parameters<Answer>) => boolean): Answer {
  let logins = 0;
  return (request, response, body) => {
    const path = request.url ?? "";
    if (special?.(path, request, response, body)) return;
    if (path === "/redfish/v1/") return json(response, ROOT);
    if (request.method === "POST") {
      const headers = {
        "x-auth-token": `token-${++logins}`,
        location: `/redfish/v1/SessionService/Sessions/${logins}`,
      };
      return json(response, {}, { status: 201, headers });
    }
    if (request.method === "DELETE") return json(response, {}, { status: 204 });
    if (request.headers["x-auth-token"] !== `token-${logins}`) return json(response, {}, { status: 401 });
    json(response, SYSTEM);
  };
}

const isSystem = (path: string): boolean => path === "/redfish/v1/Systems/1";

withPeers(["openssl"], "a Redfish session", () => {
  const folder = temporaryFolder("redfish-session");
  let certificates: { ca: string; bmc: KeyPair; other: KeyPair };
  let server: ScriptedHttps | undefined;
  let session: RedfishSession | undefined;
  beforeAll(async () => {
    certificates = await loopbackCertificates(folder.path, "bmc", "other");
  });
  afterEach(async () => {
    await session?.close();
    await server?.stop();
    server = undefined;
    session = undefined;
  });
  afterAll(() => folder.remove());

  async function start(
    answer: Answer,
    options: { tls?: TlsSettings; saved?: SavedSession; auth?: "session" | "basic"; pair?: KeyPair } = {},
  ): Promise<{ server: ScriptedHttps; session: RedfishSession; get: (uri?: string) => Promise<unknown> }> {
    server = await ScriptedHttps.start(options.pair ?? certificates.bmc, answer);
    session = opened(server.port, options);
    const made = session;
    const get = (uri = "/redfish/v1/Systems/1") => made.get(uri, AbortSignal.timeout(8000));
    return { server, session, get };
  }

  function opened(
    port: number,
    {
      tls = { verify: "pin" },
      saved,
      auth = "session",
    }: { tls?: TlsSettings; saved?: SavedSession; auth?: "session" | "basic" },
  ): RedfishSession {
    const options: RedfishSessionOptions = {
      host: "127.0.0.1",
      port,
      tls,
      login: { user: "monitor", password: new Secret("s3cret"), auth },
      clock: systemClock,
    };
    const made = new RedfishSession(options);
    if (saved) made.restore(saved);
    return made;
  }

  const failure = async (promise: Promise<unknown>): Promise<RedfishError> => {
    try {
      await promise;
    } catch (error) {
      return error as RedfishError;
    }
    throw new Error("it did not fail");
  };

  describe("logs in", () => {
    it("once, and keeps token and connection over requests", async () => {
      const { server, get } = await start(service());
      for (let n = 0; n < 3; n++) expect(await get()).toEqual(SYSTEM);
      expect(server.seen.filter((line) => line.startsWith("POST"))).toHaveLength(1);
      expect(server.connections).toBe(1);
    });

    it("again once when the BMC has forgotten the token", async () => {
      let forgets = true;
      const { server, get } = await start(
        service((path, request, response) => {
          if (!forgets || !isSystem(path) || request.headers["x-auth-token"] !== "token-1") return false;
          forgets = false;
          // iDRAC 8 answers an expired token with HTML
          response.writeHead(401, { "content-type": "text/html" });
          response.end("<html>Unauthorized</html>");
          return true;
        }),
      );
      expect(await get()).toEqual(SYSTEM);
      expect(server.seen.filter((line) => line.startsWith("POST"))).toHaveLength(2);
      // The BMC may have refused a valid token, whose session then still has a place.
      expect(server.seen.filter((line) => line.startsWith("DELETE"))).toEqual([
        expect.stringContaining("/redfish/v1/SessionService/Sessions/1"),
      ]);
    });

    it("not a third time in one request", async () => {
      const { server, get } = await start(
        service((path, _request, response) => {
          if (!isSystem(path)) return false;
          json(response, {}, { status: 401 });
          return true;
        }),
      );
      expect((await failure(get())).reason).toBe("bmc_busy");
      expect(server.seen.filter((line) => line.startsWith("POST"))).toHaveLength(2);
    });

    it("and calls the password wrong at the third refusal in a row", async () => {
      const { get } = await start(
        service((_path, request, response) => {
          if (request.method !== "POST") return false;
          json(response, {}, { status: 401 });
          return true;
        }),
      );
      const reasons: string[] = [];
      for (let n = 0; n < 3; n++) reasons.push((await failure(get())).reason);
      expect(reasons).toEqual(["bmc_busy", "bmc_busy", "wrong_password"]);
    });

    it.each([
      ["503 with the registry's message", 503, "Base.1.8.SessionLimitExceeded"],
      ["400 with Dell's message", 400, "IDRAC.2.8.RAC0218"],
    ])("and reports that all sessions are in use: %s", async (_title, status, MessageId) => {
      const { server, get } = await start(
        service((_path, request, response) => {
          if (request.method !== "POST") return false;
          json(response, { error: { "@Message.ExtendedInfo": [{ MessageId }] } }, { status });
          return true;
        }),
      );
      expect((await failure(get())).reason).toBe("no_free_session");
      expect(server.seen.filter((line) => line.startsWith("POST"))).toHaveLength(1);
    });

    it("and deletes the session that an earlier run left", async () => {
      const { server, get } = await start(service(), { saved: { session: "/redfish/v1/SessionService/Sessions/77" } });
      await get();
      expect(server.seen).toContain("DELETE /redfish/v1/SessionService/Sessions/77");
    });

    it("and logs out when it is closed", async () => {
      const { server, session, get } = await start(service());
      await get();
      expect(session.save().session).toBe("/redfish/v1/SessionService/Sessions/1");
      await session.close();
      expect(server.seen.at(-1)).toBe("DELETE /redfish/v1/SessionService/Sessions/1");
      expect(session.save().session).toBeUndefined();
    });

    it("with each request where Basic authentication is configured, and opens no session", async () => {
      const headers: unknown[] = [];
      const { server, get } = await start(
        (request, response) => {
          headers.push(request.headers.authorization);
          json(response, SYSTEM);
        },
        { auth: "basic" },
      );
      await get();
      expect(server.seen).toEqual(["GET /redfish/v1/Systems/1"]);
      expect(headers).toEqual([`Basic ${Buffer.from("monitor:s3cret").toString("base64")}`]);
    });
  });

  describe("sends a GET", () => {
    it("once more when the BMC had closed the kept connection", async () => {
      const { server, get } = await start(service());
      await get();
      const before = server.seen.length;
      server.answer = ((answer) => {
        let first = true;
        return (request, response, body) => {
          if (!first) return answer(request, response, body);
          first = false;
          request.socket.destroy();
        };
      })(server.answer);
      expect(await get()).toEqual(SYSTEM);
      expect(server.seen.slice(before)).toEqual(["GET /redfish/v1/Systems/1", "GET /redfish/v1/Systems/1"]);
      expect(server.connections).toBe(2);
    });

    it("again after the time that Retry-After names", async () => {
      let refusals = 0;
      const { get } = await start(
        service((path, _request, response) => {
          if (!isSystem(path) || refusals > 0) return false;
          refusals++;
          json(response, {}, { status: 503, headers: { "retry-after": "0" } });
          return true;
        }),
      );
      expect(await get()).toEqual(SYSTEM);
    });

    it("not again when Retry-After is longer than a poll", async () => {
      const { server, get } = await start(
        service((path, _request, response) => {
          if (!isSystem(path)) return false;
          json(response, {}, { status: 503, headers: { "retry-after": "3600" } });
          return true;
        }),
      );
      expect((await failure(get())).reason).toBe("bmc_busy");
      expect(server.seen.filter((line) => line.endsWith("Systems/1"))).toHaveLength(1);
    });

    it("along redirects of the same BMC", async () => {
      const { get } = await start(
        service((path, _request, response) => {
          if (path !== "/redfish/v1/Systems/1") return false;
          json(response, {}, { status: 308, headers: { location: "/redfish/v1/Systems/1/" } });
          return true;
        }),
      );
      expect(await get()).toEqual(SYSTEM);
    });

    it.each([
      ["another server", "https://192.0.2.1/redfish/v1/Systems/1"],
      ["plain HTTP", "http://127.0.0.1/redfish/v1/Systems/1"],
      ["nowhere", "https://%%%"],
    ])("not along a redirect to %s", async (_title, location) => {
      const { get } = await start(
        service((path, _request, response) => {
          if (!isSystem(path)) return false;
          json(response, {}, { status: 302, headers: { location } });
          return true;
        }),
      );
      expect(await failure(get())).toMatchObject({ reason: "protocol_error" });
    });

    it("along three redirects and no more", async () => {
      const { server, get } = await start(
        service((path, _request, response) => {
          if (!path.includes("Systems")) return false;
          json(response, {}, { status: 302, headers: { location: `${path}x` } });
          return true;
        }),
      );
      expect((await failure(get())).message).toContain("more than 3 redirects");
      expect(server.seen.filter((line) => line.includes("Systems"))).toHaveLength(4);
    });
  });

  describe("takes", () => {
    it("a compressed response", async () => {
      const { get } = await start(
        service((path, _request, response) => {
          if (!isSystem(path)) return false;
          response.writeHead(200, { "content-encoding": "gzip" });
          response.end(gzipSync(JSON.stringify(SYSTEM)));
          return true;
        }),
      );
      expect(await get()).toEqual(SYSTEM);
    });

    it.each<[string, string, Answer]>([
      ["HTML with status 200", "not JSON", (_, response) => response.end("<html>Login</html>")],
      ["a response of 9 MiB", "larger than 8 MiB", (_, response) => response.end(Buffer.alloc(9 * 1024 * 1024, 0x20))],
      [
        "9 MiB that were compressed",
        "larger than 8 MiB",
        (_, response) => {
          response.writeHead(200, { "content-encoding": "gzip" });
          response.end(gzipSync(Buffer.alloc(9 * 1024 * 1024, 0x20)));
        },
      ],
      [
        "gzip that is none",
        "",
        (_, response) => {
          response.writeHead(200, { "content-encoding": "gzip" });
          response.end("plain");
        },
      ],
      ["an array", "unexpected HTTP 200", (_, response) => json(response, [])],
      ["an error with status 200", "unexpected HTTP 200", (_, response) => json(response, { error: { code: "x" } })],
    ])("no %s for a resource", async (_title, words, answer) => {
      const { get } = await start(
        service((path, ...rest) => {
          if (!isSystem(path)) return false;
          answer(...rest);
          return true;
        }),
      );
      const error = await failure(get());
      expect(error.reason).toBe("protocol_error");
      expect(error.message).toContain(words);
      // The session is still good.
      expect(await get("/redfish/v1/Other")).toEqual(SYSTEM);
    });

    it.each([
      [404, "unsupported", ""],
      [403, "privilege_refused", "the account may not read it"],
      [501, "unsupported", ""],
    ])("status %i for the reason %s", async (status, reason, words) => {
      const { get } = await start(
        service((path, _request, response) => {
          if (!isSystem(path)) return false;
          json(response, {}, { status });
          return true;
        }),
      );
      const error = await failure(get());
      expect(error).toMatchObject({ reason, status });
      expect(error.message).toContain(words);
    });

    it("the message of the BMC into the error, as one line without control characters", async () => {
      const Message = `the\u001b[31m\nsystem ${"x".repeat(500)}`;
      const { get } = await start(
        service((path, _request, response) => {
          if (!isSystem(path)) return false;
          json(
            response,
            { error: { "@Message.ExtendedInfo": [{ MessageId: "Base.1.0.X", Message }] } },
            { status: 404 },
          );
          return true;
        }),
      );
      const { message } = await failure(get());
      expect(message).toContain("Base.1.0.X: the [31m system");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
      expect(message).not.toMatch(/[\x00-\x1f]/);
      expect(message.length).toBeLessThan(300);
    });

    it("a chunked body that breaks off for busy, and reads it again", async () => {
      let broken = 0;
      const { get } = await start(
        service((path, _request, response) => {
          if (!isSystem(path) || broken > 0) return false;
          broken++;
          response.writeHead(200, { "content-type": "application/json" });
          response.write('{"@odata.id":');
          setTimeout(() => response.socket?.destroy(), 20);
          return true;
        }),
      );
      expect(await get()).toEqual(SYSTEM);
    });
  });

  describe("checks the certificate", () => {
    it("and accepts the first one it sees, and refuses another one later", async () => {
      const first = await start(service());
      await first.get();
      const saved = first.session.save();
      await first.session.close();
      await first.server.stop();
      const second = await start(service(), { saved, pair: certificates.other });
      const error = await failure(second.get());
      expect(error).toMatchObject({ reason: "tls_error", stage: "tls" });
      expect(error.message).toMatch(/expected SHA-256 (\w\w:){31}\w\w, received (\w\w:){31}\w\w/);
      expect(second.server.seen).toEqual([]);
      await second.session.close();
      await second.server.stop();
      const accept = [/received ((\w\w:){31}\w\w)/.exec(error.message)?.[1] ?? ""];
      const third = await start(service(), { saved, pair: certificates.other, tls: { verify: "pin", accept } });
      expect(await third.get()).toEqual(SYSTEM);
    });

    it("against a CA", async () => {
      const { get } = await start(service(), { tls: { verify: "ca", ca: certificates.ca } });
      expect(await get()).toEqual(SYSTEM);
    });

    it("against the CAs of Node.js, which know nothing of ours", async () => {
      const { server, get } = await start(service(), { tls: { verify: "ca" } });
      expect(await failure(get())).toMatchObject({ reason: "tls_error", stage: "tls" });
      expect(server.seen).toEqual([]);
    });

    it("and resumes the TLS session on the next connection", async () => {
      const resumed: boolean[] = [];
      server = await ScriptedHttps.start(certificates.bmc, service());
      session = new RedfishSession({
        host: "127.0.0.1",
        port: server.port,
        tls: { verify: "pin" },
        login: { user: "monitor", password: new Secret("s3cret"), auth: "session" },
        clock: systemClock,
        observer: {
          handshake: (is) => resumed.push(is),
          responseReceived: () => {},
          retried: () => {},
          sessionOpened: () => {},
          sessionClosed: () => {},
          sessionLost: () => {},
        },
      });
      const signal = AbortSignal.timeout(8000);
      await session.get("/redfish/v1/Systems/1", signal);
      server.cut();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await session.get("/redfish/v1/Systems/1", signal);
      expect(resumed).toEqual([false, true]);
    });
  });

  describe("fails with the reason", () => {
    it("unreachable where nothing listens", async () => {
      const { server: gone, session: made } = await start(service());
      await gone.stop();
      const error = await failure(made.get("/redfish/v1/Systems/1", AbortSignal.timeout(5000)));
      expect(error).toMatchObject({ reason: "unreachable", stage: "connect" });
    });

    it("tls_error where TLS versions differ, and says which setting helps", async () => {
      server = await ScriptedHttps.start({ ...certificates.bmc, maxVersion: "TLSv1.2" }, service());
      session = opened(server.port, { tls: { verify: "pin", minVersion: "TLSv1.3" } });
      const error = await failure(session.get("/redfish/v1/Systems/1", AbortSignal.timeout(5000)));
      expect(error).toMatchObject({ reason: "tls_error", stage: "tls" });
      expect(error.message).toContain("redfish.tls.min_version");
    });

    it("of the signal when the poll ends", async () => {
      const { session: made } = await start(service((path) => isSystem(path)));
      const reason = new Error("the poll is over");
      const controller = new AbortController();
      const answer = failure(made.get("/redfish/v1/Systems/1", controller.signal));
      setTimeout(() => controller.abort(reason), 300);
      expect(await answer).toBe(reason);
    });
  });

  it("never prints password or token", async () => {
    const lines: string[] = [];
    const { session: made, get } = await start(service());
    made.trace = (_direction, text) => lines.push(text);
    await get();
    await made.close();
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.join("\n")).not.toMatch(/s3cret|token-/);
  });
});
