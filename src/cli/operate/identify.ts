import { type IdentifyResult, setIdentify } from "../../operate/index.ts";
import type { ChangeOptions, OperateOptions } from "./options.ts";
import { type Change, type HostWork, runChange, runRead } from "./run.ts";

const text = (light: string | undefined): string => light ?? "not reported";

export async function identifyStatus(selector: string | undefined, options: OperateOptions): Promise<number> {
  const work: HostWork<{ readonly light?: string }> = {
    name: "identify status",
    run: async (operations) => ({ light: await operations.readIdentify() }),
    text: ({ light }) => text(light),
    cells: ({ light }) => ({ identify: light ?? "" }),
  };
  return runRead(work, selector, options);
}

/** @param light a duration in ms, on until it is switched off, or off */
export async function identifyChange(
  light: "on" | "off" | number,
  selector: string | undefined,
  options: ChangeOptions,
): Promise<number> {
  const wanted = typeof light === "number" ? Math.ceil(light / 1000) : light;
  const data = wanted === "on" ? "00 01" : (wanted === "off" ? 0 : wanted).toString(16).padStart(2, "0");
  const change: Change<IdentifyResult> = {
    name: typeof wanted === "number" ? `identify on --for ${wanted}s` : `identify ${wanted}`,
    action: "identify",
    privilege: "operator",
    isHarmless: true,
    request: `Chassis Identify 00h/04h, data ${data}`,
    waitMs: () => 0,
    run: (operations) => setIdentify(operations, wanted),
    text: (result) => text(result.light),
    cells: (result) => ({ identify: text(result.light) }),
  };
  return runChange(change, selector, options);
}
