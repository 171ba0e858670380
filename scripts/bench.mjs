/** `npm run bench`: builds, then measures and prints each budget next to the measured value. `npm run bench -- --quick` is shorter. */
import { join } from "node:path";
import { currentBuild, nodePackages, root, show } from "./steps.mjs";

async function main() {
  if ((await nodePackages()) !== 0 || (await currentBuild()) !== 0) return 1;
  return show(process.execPath, [join(root, "bench", "main.mjs"), ...process.argv.slice(2)]);
}

process.exitCode = await main();
