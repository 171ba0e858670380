import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { fileProblem, serverProblem } from "../../src/lib/index.ts";

const coded = (code: string): Error => Object.assign(new Error("no"), { code });

describe("an error of the system in words", () => {
  it("tells why a file cannot be read", async () => {
    const why = (path: string): Promise<string> => readFile(path).then(() => "read", fileProblem);
    expect(await why("/nonexistent/password")).toMatch(/^no such file; /);
    expect(await why("/")).toBe("it is a folder; name the file in it");
  });

  it("tells why a server cannot be asked", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const refused = await fetch(`http://127.0.0.1:${port}/`).catch((error: Error) => error.cause);
    expect(serverProblem(refused)).toMatch(/^nothing listens there; /);
    expect(serverProblem(coded("DEPTH_ZERO_SELF_SIGNED_CERT"))).toContain("NODE_EXTRA_CA_CERTS");
  });

  it("is its code where there are no words, and nothing where there is no code", () => {
    expect(fileProblem(coded("EWHATEVER"))).toBe("EWHATEVER");
    expect(fileProblem(new Error("no"))).toBe("unknown reason");
    expect(fileProblem("no")).toBe("unknown reason");
    expect(serverProblem(coded("EWHATEVER"))).toBeUndefined();
  });
});
