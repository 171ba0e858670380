/**
 * Runs one measurement in a separate process, so that measurements share neither heap nor compiled code: calls
 * `start(options)` of a module once, `round(options)` on request, and `close()` at the end.
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
