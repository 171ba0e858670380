import { type Command, Option } from "commander";
import { collect, linkUrl, nameOf, pairs, SHIPPED_JOBS } from "./options.ts";

/** Adds `rules`. */
export function addRulesCommand(program: Command): void {
  program
    .command("rules")
    .description("print the alert rules for Prometheus, with the links and job names of a site")
    .addOption(
      new Option("--grafana <url>", "root URL of Grafana, for links to dashboards (default: no links)").argParser(
        linkUrl,
      ),
    )
    .addOption(
      new Option(
        "--runbooks <url>",
        "URL of the runbooks, e.g. http://lightsout.example.org:9623/runbooks; /NAME is appended, or {alert} is replaced (default: no links)",
      ).argParser(linkUrl),
    )
    .addOption(new Option("--job <name>", "scrape job of lightsout").default(SHIPPED_JOBS.exporter).argParser(nameOf))
    .addOption(
      new Option("--node-job <name>", "scrape job of node_exporter").default(SHIPPED_JOBS.node).argParser(nameOf),
    )
    .option("--disable <alert>", "omit this alert, repeatable", collect)
    .option("--severity <alert=severity>", "severity of an alert, e.g. FanFailed=warning, repeatable", pairs)
    .option("--for <alert=duration>", "time until an alert fires, e.g. FanFailed=10m, repeatable", pairs)
    .option("--output <file>", "write to this file instead of standard output")
    .action(async (options) => {
      const { rules } = await import("./rules.ts");
      process.exitCode = rules({
        grafana: options.grafana,
        runbooks: options.runbooks,
        job: options.job,
        nodeJob: options.nodeJob,
        disable: options.disable ?? [],
        severity: options.severity ?? new Map(),
        for: options.for ?? new Map(),
        output: options.output,
      });
    });
}
