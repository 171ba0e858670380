/** Whether an Accept-Encoding header asks for gzip: `gzip, deflate;q=0.5`, `*`, `gzip;q=0`. */
export function asksForGzip(header: string | undefined): boolean {
  let any = false;
  for (const part of (header ?? "").split(",")) {
    const [coding = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    const wanted = quality === undefined || Number(quality.slice(2)) > 0;
    if (coding === "gzip" || coding === "x-gzip") return wanted;
    if (coding === "*") any = wanted;
  }
  return any;
}
