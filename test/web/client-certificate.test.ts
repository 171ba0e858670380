import { describe, expect, it } from "vitest";
import { certificateRefusal, sansOf } from "../../src/web/client-certificate.ts";
import type { ClientAuth } from "../../src/web/index.ts";

describe("subject alternative names", () => {
  it.each([
    [
      "DNS:a.example, IP Address:127.0.0.1, email:me@example.org, URI:spiffe://x/y",
      ["a.example", "127.0.0.1", "me@example.org", "spiffe://x/y"],
    ],
    // One name that would like to be two.
    [String.raw`DNS:"evil.example\u002c DNS:good.example"`, ["evil.example, DNS:good.example"]],
    [String.raw`URI:"http://x/?\u0022, DNS:good.example", DNS:b`, ['http://x/?", DNS:good.example', "b"]],
    ["othername:<unsupported>, Registered ID:1.2.3", []],
    ['DNS:"broken', []],
    [undefined, []],
  ])("%s", (subjectAltName, sans) => {
    expect(sansOf({ subjectAltName })).toEqual(sans);
  });
});

describe("a client", () => {
  const certificate = { subjectAltName: "DNS:prometheus" };
  const judge = (clientAuth: ClientAuth, shown: "none" | "foreign" | "verified", clientAllowedSans?: string[]) =>
    certificateRefusal(
      {
        authorized: shown === "verified",
        authorizationError: new Error("DEPTH_ZERO_SELF_SIGNED_CERT"),
        getPeerX509Certificate: () => (shown === "none" ? undefined : certificate) as never,
      },
      { clientAuth, ...(clientAllowedSans && { clientAllowedSans }) },
    )?.reason;

  it.each([
    ["NoClientCert", undefined, undefined, undefined],
    ["RequestClientCert", undefined, undefined, undefined],
    ["RequireAnyClientCert", "no_client_certificate", undefined, undefined],
    ["VerifyClientCertIfGiven", undefined, "client_certificate", undefined],
    ["RequireAndVerifyClientCert", "no_client_certificate", "client_certificate", undefined],
  ] as const)(
    "under %s: %s without, %s with a foreign, %s with a good certificate",
    (auth, none, foreign, verified) => {
      expect([judge(auth, "none"), judge(auth, "foreign"), judge(auth, "verified")]).toEqual([none, foreign, verified]);
    },
  );

  it("must have an allowed name, compared in full", () => {
    expect(judge("RequireAndVerifyClientCert", "verified", ["prometheus"])).toBeUndefined();
    expect(judge("RequireAndVerifyClientCert", "verified", ["prom", "PROMETHEUS"])).toBe("client_certificate");
    expect(judge("RequireAnyClientCert", "foreign", [])).toBe("client_certificate");
  });
});
