import { spawnSync } from "node:child_process";
import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtMain } from "../e2e/build.ts";
import { configFolder, lightsout } from "../e2e/lightsout.ts";
import { reservePort } from "../rig/ports.ts";

const GOOD = `
auths: { default: { username: monitor, password: watch-the-fans } }
targets: [{ hosts: "node[001-003]", address: "127.0.0.1:{1-3}" }]
`;

/** More of them in test/config/bad; these show that the command prints what is found. */
const BAD_CONFIGS: readonly (readonly [string, string, string])[] = [
  ["a tab", "targets:\n\t- hosts: a\n", "lightsout.yml:2:1: YAML: a tab; YAML is indented with spaces"],
  [
    "a port out of range",
    `${GOOD}modules: { default: { ipmi: { port: 70000 } } }\n`,
    "lightsout.yml:4:37: modules.default.ipmi.port",
  ],
];

beforeAll(async () => void (await builtMain()));

/** Exit code and what was said of it, on the stream for problems. */
const refused = async (...args: readonly string[]) => {
  const { code, stderr, stdout } = await lightsout(args, { timeoutMs: 15_000 });
  return { code, said: stderr.trim(), printed: stdout };
};

describe("an invalid configuration", () => {
  it.concurrent.each(BAD_CONFIGS)(
    "is refused with %s: the place, what is wrong and what would do",
    async (_what, text, words) => {
      const { file, remove } = configFolder(text);
      const check = await refused("config", "check", file);
      remove();
      expect(check.said).toContain(words);
      expect(check.code).toBe(1);
    },
  );

  it.concurrent("keeps the exporter from starting, with the same message", async () => {
    const { file, remove } = configFolder("target: []\nauth: {}\n");
    const { code, said } = await refused("serve", "--config.file", file, "--web.listen-address", "127.0.0.1:0");
    remove();
    expect(said.split("\n")).toEqual([
      `lightsout: ${file}:1:1: target: unknown key; did you mean "targets"?`,
      `lightsout: ${file}:2:1: auth: unknown key; did you mean "auths"?`,
    ]);
    expect(code).toBe(2);
  });

  it.concurrent("is named if the file is missing, with the option to give another", async () => {
    const wanted = "/nonexistent/lightsout.yml: no such file; give --config.file, or set LIGHTSOUT_CONFIG";
    expect((await refused("config", "check", "/nonexistent/lightsout.yml")).said).toBe(wanted);
    const serve = await refused("serve", "--config.file", "/nonexistent/lightsout.yml");
    expect(serve).toMatchObject({ code: 2, said: `lightsout: ${wanted}` });
  });

  it.concurrent("is named if it is a folder", async () => {
    expect((await refused("serve", "--config.file", import.meta.dirname)).said).toContain("this is a folder");
  });

  it.skipIf(process.getuid?.() === 0)(
    "is named if this user has no permission to read it (skipped for root)",
    async () => {
      const { file, remove } = configFolder(GOOD);
      chmodSync(file, 0);
      expect((await refused("serve", "--config.file", file)).said).toContain("no permission to read");
      remove();
    },
  );

  it.concurrent("is checked with the files of file_sd: rejected entries are problems, missing files are not", async () => {
    const sd = (path: string): string => `${GOOD}file_sd: [{ files: [${path}] }]\n`;
    const files = {
      "good.json": '[{"targets":["10.1.0.1/24","10.1.0.2"]}]',
      "bad.json":
        '[{"targets":["10.1.0.0/24","10.1.0.2","127.0.0.1:3"]},{"targets":["n9"],"labels":{"auth":"nobody"}}]',
      "broken.json": '[{"targets":',
    };
    const check = async (path: string) => {
      const { file, remove } = configFolder(sd(path), files);
      const { code, said, printed } = await refused("config", "check", file);
      remove();
      const folder = `${dirname(file)}/`;
      return { code, said: said.replaceAll(folder, "").split("\n"), printed: printed.replaceAll(folder, "") };
    };
    expect(await check("good.json")).toEqual({ code: 0, said: [""], printed: "lightsout.yml: ok, 5 hosts\n" });
    expect(await check("later.json")).toEqual({
      code: 0,
      said: ["lightsout.yml: file_sd: no file matches later.json"],
      printed: "lightsout.yml: ok, 3 hosts\n",
    });
    expect(await check("bad.json")).toEqual({
      code: 1,
      said: [
        'lightsout.yml: bad.json: target "10.1.0.0/24" rejected: "10.1.0.0/24" is a network; give the address of one BMC',
        "lightsout.yml: bad.json: 127.0.0.1 rejected: has the BMC of node003 of targets[0], 127.0.0.1:3",
        'lightsout.yml: bad.json: n9 rejected: no auth is named "nobody"',
      ],
      printed: "",
    });
    const broken = await check("broken.json");
    expect(broken.code).toBe(1);
    expect(broken.said[0]).toMatch(/^lightsout\.yml: broken\.json: invalid JSON or YAML: /);
  });

  it.concurrent("may be the file of LIGHTSOUT_CONFIG", async () => {
    const { file, remove } = configFolder(GOOD);
    const { stdout } = await lightsout(["config", "check"], { env: { LIGHTSOUT_CONFIG: file } });
    remove();
    expect(stdout).toBe(`${file}: ok, 3 hosts\n`);
  });
});

describe("lightsout config check", () => {
  it.concurrent("prints the number of hosts of a valid file", async () => {
    const { file, remove } = configFolder(GOOD);
    const { code, printed, said } = await refused("config", "check", file);
    remove();
    expect({ code, printed, said }).toEqual({ code: 0, printed: `${file}: ok, 3 hosts\n`, said: "" });
  });

  it.concurrent("reports that an empty file has no hosts, and names the keys that add some", async () => {
    const { file, remove } = configFolder("");
    const { code, said } = await refused("config", "check", file);
    remove();
    expect(said).toBe(`${file}: no host to poll; give targets, file_sd or http_sd`);
    expect(code).toBe(0);
    const empty = configFolder("# nothing yet\n");
    const strict = await refused("config", "check", "--strict", empty.file);
    const serve = await refused("serve", "--config.file", empty.file, "--web.listen-address", "127.0.0.1:0");
    empty.remove();
    expect(strict.code).toBe(1);
    expect(strict.said).toBe(`${empty.file}: no host to poll; give targets, file_sd or http_sd`);
    expect(serve).toMatchObject({
      code: 2,
      said: `lightsout: ${empty.file}: is empty; give targets, file_sd or http_sd. A file without hosts holds at least {}`,
    });
  });

  it.concurrent("exits with 1 after a warning if it is strict, and with 0 without one", async () => {
    const good = configFolder(GOOD);
    const warned = configFolder(`${GOOD}racks: [{ racks: r1, power_budget_watts: 900 }]\n`);
    expect((await refused("config", "check", "--strict", good.file)).code).toBe(0);
    expect((await refused("config", "check", "--strict", warned.file)).code).toBe(1);
    good.remove();
    warned.remove();
  });

  it.concurrent("requests the servers of http_sd only with --online, and checks what they answer", async () => {
    const answers: Record<string, string> = {
      "/good": '[{"targets":["127.0.0.7","127.0.0.8"]}]',
      "/bad": '[{"targets":["127.0.0.1:3"]}]',
      "/html": "<html>",
    };
    let requests = 0;
    const server = createHttpServer((request, response) => {
      requests++;
      const body = answers[request.url ?? ""];
      response.writeHead(body === undefined ? 401 : 200).end(body);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const check = async (path: string, ...args: readonly string[]) => {
      const { file, remove } = configFolder(`${GOOD}http_sd: [{ url: "${url}${path}" }]\n`);
      const { code, said, printed } = await refused("config", "check", ...args, file);
      remove();
      return { code, text: `${said}${printed}`.replaceAll(file, "F").replaceAll(url, "U").trim() };
    };
    expect(await check("/bad")).toEqual({ code: 0, text: "F: ok, 3 hosts, and those of 1 http_sd server" });
    expect(requests).toBe(0);
    expect(await check("/good", "--online")).toEqual({ code: 0, text: "F: ok, 5 hosts" });
    const bad = await check("/bad", "--online");
    expect(bad.code).toBe(1);
    expect(bad.text).toContain("127.0.0.1 rejected: has the BMC of node003 of targets[0]");
    expect((await check("/html", "--online")).text).toContain("the response is not JSON");
    expect((await check("/other", "--online")).text).toContain("status 401");
    server.close();
  });

  it.concurrent("names racks with a power budget but no host, and accepts the file", async () => {
    const { file, remove } = configFolder(`${GOOD}racks: [{ racks: "r[1-2]", power_budget_watts: 900 }]\n`);
    const { code, printed, said } = await refused("config", "check", file);
    remove();
    expect(said).toBe(`${file}: racks[0]: no host is in r1, r2`);
    expect([code, printed]).toEqual([0, `${file}: ok, 3 hosts\n`]);
  });

  it.concurrent("names a password file that cannot be read", async () => {
    const { file, remove } = configFolder(GOOD.replace("password: watch-the-fans", "password_file: no/such"));
    const { code, said } = await refused("config", "check", file);
    remove();
    expect(said).toBe(
      `${file}:2:55: auths.default.password: cannot read ${join(dirname(file), "no/such")}: no such file; check the path, and whether it is mounted`,
    );
    expect(code).toBe(1);
  });
});

describe("an invalid listen address", () => {
  const { file, remove } = configFolder(GOOD);
  let taken: { readonly port: number; close(): void };

  beforeAll(async () => {
    const { port, release } = await reservePort();
    const server = createServer();
    await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
    taken = {
      port,
      close: () => {
        server.close();
        release();
      },
    };
  });
  afterAll(() => {
    taken?.close();
    remove();
  });

  it.concurrent("is refused with a hint", async () => {
    const { code, said } = await refused(
      "serve",
      "--config.file",
      file,
      "--web.listen-address",
      `127.0.0.1:${taken.port}`,
    );
    expect(said).toBe(
      `lightsout: cannot listen on 127.0.0.1:${taken.port}: another process uses this port; stop it, or choose another port with --web.listen-address`,
    );
    expect(code).toBe(1);
  });

  it.concurrent.each([
    ["9623", "is not a listen address; use the form :9623"],
    ["192.0.2.1:9623", "this machine does not have this address"],
  ])("such as %s is refused", async (address, words) => {
    const { code, said } = await refused("serve", "--config.file", file, "--web.listen-address", address);
    expect(said).toContain(words);
    expect(code).toBe(2);
  });

  it.concurrent.each([
    [["--shard", "3/3"], "shard"],
    [["--probe.allow", "10.0.0.0/40"], "is not a network"],
    [["--web.config.file", "/nonexistent/web.yml"], "/nonexistent/web.yml: no such file"],
  ])("is one of several invalid options: %j ends with 2", async (args, words) => {
    const { code, said } = await refused(
      "serve",
      "--config.file",
      file,
      "--web.listen-address",
      "127.0.0.1:0",
      ...args,
    );
    expect(said).toContain(words);
    expect(code).toBe(2);
  });
});

describe("an invalid command line", () => {
  it.concurrent.each([
    [["serv"], "Did you mean serve?"],
    [["serve", "--config.fiel", "x"], "Did you mean --config.file?"],
    [["serve", "--log.level", "loud"], "Allowed choices are debug, info, warn, error"],
    [["serve", "lightsout.yml"], "--config.file lightsout.yml"],
    [["serve", "--config", "x"], "Did you mean --config.file?"],
    [["probe", "a", "--config"], "Did you mean --config.file?"],
    [["serve", "--web", "x"], "Did you mean one of --web.listen-address, --web.systemd-socket, --web.config.file?"],
    [["probe", "a", "--nothing-like-it"], "(lightsout probe --help lists the options)"],
    [["probe"], "(lightsout probe --help lists the options)"],
    [["simulate", "inject", "r1u02"], "(lightsout simulate inject --help lists the options)"],
    [["config", "chekc"], "Did you mean check?"],
    [["config", "check", "--strikt"], "Did you mean --strict?"],
    [["simulate", "status", "--control-prot", "1"], "Did you mean --control-port?"],
    [["probe", "a", "--timeout", "soon"], "expected seconds"],
  ])("%j ends with 2 and a hint", async (args, words) => {
    const { code, said } = await refused(...args);
    expect(said).toContain(words);
    expect(code).toBe(2);
  });

  it.concurrent("is different from a request for help or the version, which succeeds", async () => {
    expect((await refused("--help")).code).toBe(0);
    expect((await refused("serve", "--help")).printed).toContain("--config.file");
    for (const version of ["--version", "-v", "version"])
      expect((await refused(version)).printed).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe.skipIf(!existsSync("/dev/full"))("a full disk behind standard output", () => {
  it.concurrent.each([["--help"], ["simulate boards"], ["config check FILE"], ["probe 127.0.0.1:1 --username x"]])(
    "is one sentence: %s",
    async (line) => {
      const { file, remove } = configFolder(GOOD);
      const full = openSync("/dev/full", "w");
      const args = line.replace("FILE", file).split(" ");
      const { status, stderr } = spawnSync(process.execPath, [await builtMain(), ...args], {
        stdio: ["ignore", full, "pipe"],
        env: { ...process.env, LIGHTSOUT_PASSWORD: "x" },
        encoding: "utf8",
      });
      closeSync(full);
      remove();
      expect(stderr).toMatch(/^lightsout: cannot write to standard output: the disk is full.*$/m);
      expect(stderr).not.toMatch(/^ +at /m);
      expect(status).toBe(1);
    },
  );

  it.concurrent("is different from a reader that goes away, which ends the command quietly", async () => {
    const main = await builtMain();
    const { stderr } = spawnSync("sh", ["-c", `"${process.execPath}" "${main}" simulate faults | head -1`], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
  });
});

describe("lightsout probe with invalid arguments", () => {
  const { file, folder, remove } = configFolder(GOOD);
  afterAll(remove);

  it.concurrent.each([
    [["node001", "--auth", "defalt"], 'no auth is named "defalt"; did you mean "default"?'],
    [["node01"], 'did you mean "node001"?'],
    [["a b"], "neither a host of the inventory nor an address"],
  ])("%j ends with 2 and says why", async (args, words) => {
    const { code, said } = await refused("probe", ...args, "--config.file", file);
    expect(said).toContain(words);
    expect(code).toBe(2);
  });

  it.concurrent("names the options if there is neither a configuration nor a password", async () => {
    const none = await refused("probe", "127.0.0.1", "--config.file", join(folder, "none.yml"));
    expect(none).toMatchObject({ code: 2 });
    expect(none.said).toContain("give --config.file, or --username and --password-file");
    const user = await refused("probe", "127.0.0.1", "--username", "monitor");
    expect(user).toMatchObject({ code: 2 });
    expect(user.said).toBe("lightsout: no password for monitor; give --password-file, or set LIGHTSOUT_PASSWORD");
  });

  it.concurrent("exits with 1, a reason and metrics for a BMC that does not answer", async () => {
    const { port, release } = await reservePort();
    const { code, stdout, stderr } = await lightsout(
      ["probe", `127.0.0.1:${port}`, "--username", "monitor", "--timeout", "0.5"],
      { env: { LIGHTSOUT_PASSWORD: "x" } },
    );
    release();
    expect(stdout).toContain("bmc_up 0\n");
    expect(stderr).toMatch(/^lightsout: 127\.0\.0\.1:\d+: (?!127\.)/);
    expect(code).toBe(1);
  });
});
