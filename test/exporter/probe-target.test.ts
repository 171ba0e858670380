import { expect, it } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import { probeTarget } from "../../src/exporter/index.ts";

const auths = "auths: { default: { username: monitor, password: x } }";

it("asks no name server about a stranger where nobody outside the inventory may be asked", async () => {
  const config = parseConfig(auths, { path: "lightsout.yml" });
  // A name that every machine knows: its address would be in the message.
  await expect(probeTarget({ target: "localhost" }, config, new Map())).rejects.toThrow(
    'target "localhost" is not in the inventory and probe.allow is empty; add it to targets, or its network to probe.allow',
  );
  const open = parseConfig(`${auths}\nprobe: { allow: [127.0.0.0/8, '::1'] }`, { path: "lightsout.yml" });
  expect(await probeTarget({ target: "localhost" }, open, new Map())).toMatchObject({ name: "localhost" });
});
