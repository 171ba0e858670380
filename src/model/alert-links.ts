/**
 * Address of an alert's runbook.
 *
 * @param runbooks a folder, to which `/NAME` is appended, or a URL with `{alert}` in place of the name
 */
export function runbookUrl(runbooks: string, alert: string): string {
  if (runbooks.includes("{alert}")) return runbooks.replaceAll("{alert}", encodeURIComponent(alert));
  return `${runbooks.replace(/\/+$/, "")}/${encodeURIComponent(alert)}`;
}

/**
 * Address of a dashboard.
 *
 * @param grafana the root URL of Grafana, with or without a slash at its end
 * @param path begins with `/d/`
 */
export function dashboardUrl(grafana: string, path: string): string {
  return `${grafana.replace(/\/+$/, "")}${path}`;
}
