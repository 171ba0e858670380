/**
 * Runs one measurement in a process of its own: `start(options)` of a module once, `round(options)` when told,
 * `close()` at the end. So neither heap nor compiled code of one measurement touches another's.
 */
const [module] = process.argv.slice(2);
let measurement;
process.on("message", async ({ options, round }) => {
  if (options) {
    const { start } = await import(module);
    measurement = await start(options);
    return process.send({ result: "ready" });
  }
  if (round) return process.send({ result: await measurement.round(round) });
  await measurement.close?.();
  process.disconnect();
});
