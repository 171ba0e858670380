// Pictures of the pages in Chromium: fleet, rack, host, host that is down, faults, events and probe; wide and narrow, light and
// dark, healthy and with faults, for 72 and for 1,440 hosts. Usage: npm run build && node scripts/screenshots.mjs FOLDER [--only 72]
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const CONTROL = 9724;
const WEB = 9723;
const origin = `http://127.0.0.1:${WEB}`;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const [folder = "screenshots", ...options] = process.argv.slice(2);
const only = options.includes("--only") ? Number(options[options.indexOf("--only") + 1]) : undefined;
mkdirSync(folder, { recursive: true });

const FLEETS = [
  { hosts: 72, racks: 6, perRack: 12, interval: "10s" },
  { hosts: 1440, racks: 36, perRack: 40, interval: "60s" },
].filter(({ hosts }) => only === undefined || hosts === only);

const FAULTS = [
  ["r1u02", "fan_stopped"],
  ["r2u04", "psu_input_lost"],
  ["r3u06", "ecc_storm", "per_minute=12"],
  ["r2u08", "bmc_hung"],
  ["r1u10", "drive_fault"],
  ["r4", "rack_cooling_failure"],
];

const SIZES = [
  { name: "wide", size: "1400,900" },
  // Chromium has no window below 500 pixels; the frame of the page is 400 wide.
  { name: "narrow", size: "400,900", frame: true },
];

function shoot(path, file, { size, frame, dark, height }) {
  const [width, usual] = size.split(",").map(Number);
  const profile = mkdtempSync(join(tmpdir(), "lightsout-chromium-"));
  const target = frame ? frameOf(profile, `${origin}${path}`, width, height ?? usual) : `${origin}${path}`;
  const args = [
    "--headless",
    "--no-sandbox",
    "--hide-scrollbars",
    `--user-data-dir=${profile}`,
    `--window-size=${Math.max(width, frame ? 500 : 0)},${height ?? usual}`,
    `--blink-settings=preferredColorScheme=${dark ? 0 : 1}`,
    "--virtual-time-budget=3000",
    `--screenshot=${join(folder, file)}`,
    target,
  ];
  const { status, stderr } = spawnSync("chromium", args, { timeout: 60_000, encoding: "utf8" });
  rmSync(profile, { recursive: true, force: true });
  if (status !== 0) throw new Error(`chromium failed for ${path}: ${stderr.slice(-300)}`);
  console.log(file);
}

/** The page in a frame of the width of a phone. Its server forbids frames, so the text is copied. */
function frameOf(profile, url, width, height) {
  const { stdout } = spawnSync("curl", ["-s", "-H", "Accept: text/html", url], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const page = stdout.replace('<script src="/page.js" defer></script>', "");
  writeFileSync(join(profile, "page.html"), page);
  const frame = `<body style="margin:0"><iframe src="page.html" style="border:0;width:${width}px;height:${height}px"></iframe>`;
  writeFileSync(join(profile, "frame.html"), frame);
  return `file://${join(profile, "frame.html")}`;
}

async function until(what, holds) {
  for (let tries = 0; tries < 240; tries++) {
    if (await holds().catch(() => false)) return;
    await sleep(500);
  }
  throw new Error(`waited two minutes for ${what}`);
}

const hosts = async (query = "") =>
  (await (await fetch(`${origin}/hosts${query}`, { headers: { Accept: "application/json" } })).json()).hosts;

for (const { hosts: count, racks, perRack, interval } of FLEETS) {
  const work = mkdtempSync(join(tmpdir(), "lightsout-screenshots-"));
  const config = join(work, "lightsout.yml");
  writeFileSync(
    config,
    `modules: { default: { interval: ${interval}, timeout: 5s } }
auths: { default: { username: monitor, password: monitor } }
http_sd: [{ url: "http://127.0.0.1:${CONTROL}/sd" }]
`,
  );
  const run = (...args) => spawn(process.execPath, [MAIN, ...args], { stdio: "ignore" });
  const simulator = run("simulate", "--racks", racks, "--per-rack", perRack, "--control-port", CONTROL);
  let exporter;
  try {
    await until("the simulator", async () => (await fetch(`http://127.0.0.1:${CONTROL}/hosts`)).ok);
    exporter = run("serve", "--config.file", config, "--web.listen-address", `127.0.0.1:${WEB}`);
    await until("the first polls", async () => {
      const all = await hosts();
      return all.length === count && all.every(({ polls }) => polls > 0);
    });
    const shots = async (state, pages) => {
      for (const [name, path, height] of pages)
        for (const size of SIZES)
          for (const dark of [false, true])
            shoot(path, `${count}-${state}-${name}-${size.name}-${dark ? "dark" : "light"}.png`, {
              ...size,
              dark,
              height,
            });
    };
    await shots("healthy", [["fleet", "/"]]);
    for (const [target, fault, ...parameters] of FAULTS)
      spawnSync(process.execPath, [
        MAIN,
        "simulate",
        "inject",
        target,
        fault,
        ...parameters,
        "--control-port",
        CONTROL,
      ]);
    await until(
      "the faults",
      async () => (await hosts("?state=down")).length > 0 && (await hosts("?state=critical")).length > 2,
    );
    await shots("faults", [
      ["fleet", "/"],
      ["fleet-limit", "/?by=limit"],
      ["rack", "/?rack=r1"],
      ["host", "/hosts/r1u02", 1600],
      ["down", "/hosts/r2u08", 1600],
      ["faults", "/faults"],
      ["events", "/events"],
      ["probe", "/probe?target=r1u02&debug=true"],
    ]);
  } finally {
    exporter?.kill("SIGTERM");
    simulator.kill("SIGTERM");
    rmSync(work, { recursive: true, force: true });
  }
}
