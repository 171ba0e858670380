/**
 * Runs one measurement in a process of its own: `start(options)` of a module once, `round(options)` when told,
 * `close()` at the end. So neither heap nor compiled code of one measurement touches another's.
 */
const [module, options] = process.argv.slice(2);
const { start } = await import(module);
const measurement = await start(JSON.parse(options));
process.on("message", async ({ round }) => {
  if (round) return process.send({ result: await measurement.round(round) });
  await measurement.close?.();
  process.disconnect();
});
process.send({ result: "ready" });
