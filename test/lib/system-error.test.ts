import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { fileProblem, serverProblem } from "../../src/lib/index.ts";

const coded = (code: string): Error => Object.assign(new Error("no"), { code });

describe("an error of the system in words", () => {
  it("states why a file cannot be read", async () => {
    const why = (path: string): Promise<string> => readFile(path).then(() => "read", fileProblem);
    expect(await why("/nonexistent/password")).toMatch(/^no such file; /);
    expect(await why("/")).toBe("it is a directory; give the path of a file");
  });

  it("states why a request to a server failed", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const refused = await fetch(`http://127.0.0.1:${port}/`).catch((error: Error) => error.cause);
    expect(serverProblem(refused)).toMatch(/^connection refused; /);
    expect(serverProblem(coded("DEPTH_ZERO_SELF_SIGNED_CERT"))).toContain("NODE_EXTRA_CA_CERTS");
  });

  it("is the error code if it has no words, and undefined without a code", () => {
    expect(fileProblem(coded("EWHATEVER"))).toBe("EWHATEVER");
    expect(fileProblem(new Error("no"))).toBe("unknown reason");
    expect(fileProblem("no")).toBe("unknown reason");
    expect(serverProblem(coded("EWHATEVER"))).toBeUndefined();
  });
});
