import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder, whenWeAreGone } from "./child.ts";
import { findProgram } from "./requirements.ts";

type Fields = Readonly<Record<string, unknown>>;

interface Waiting {
  readonly resolve: (result: Fields) => void;
  readonly reject: (error: Error) => void;
}

/** A tab of a headless Chromium, driven by the DevTools protocol over a pipe. */
export class Tab {
  readonly #send: (method: string, parameters: Fields) => Promise<Fields>;
  /** Texts of the console and of uncaught errors, among them violations of the Content-Security-Policy. */
  readonly complaints: string[] = [];

  constructor(send: (method: string, parameters: Fields) => Promise<Fields>) {
    this.#send = send;
  }

  async open(url: string): Promise<void> {
    // A page in the background does not refresh itself.
    await this.#send("Page.bringToFront", {});
    await this.#send("Page.navigate", { url });
    await this.until("document.readyState === 'complete'");
  }

  /** Width of the window in CSS pixels, and the colours that the page should use. */
  async look(options: { readonly width: number; readonly height?: number; readonly dark?: boolean }): Promise<void> {
    const { width, height = 900, dark = false } = options;
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.#send("Emulation.setDeviceMetricsOverride", metrics);
    const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }];
    await this.#send("Emulation.setEmulatedMedia", { features });
  }

  /** Without scripts of the page; `evaluate` works all the same. */
  async disableScripts(value: boolean): Promise<void> {
    await this.#send("Emulation.setScriptExecutionDisabled", { value });
  }

  /** The value of an expression; a promise is awaited. */
  async evaluate<T>(expression: string): Promise<T> {
    const answer = await this.#send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    const { result, exceptionDetails } = answer as {
      readonly result: { readonly value: T };
      readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } };
    };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until an expression is true. */
  async until(expression: string, withinMs = 15_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!(await this.evaluate<boolean>(expression).catch(() => false))) {
      if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${expression}`);
      await sleep(25);
    }
  }

  /** Presses a key: a character, or a name such as Tab, Enter, Escape. */
  async press(key: string, modifiers = 0): Promise<void> {
    const codes: Readonly<Record<string, number>> = { Tab: 9, Enter: 13, Escape: 27, " ": 32 };
    const isText = key.length === 1;
    const base = {
      key,
      modifiers,
      windowsVirtualKeyCode: codes[key] ?? key.toUpperCase().charCodeAt(0),
      ...(isText && { text: key }),
      ...(key === "Enter" && { text: "\r" }),
    };
    await this.#send("Input.dispatchKeyEvent", { type: isText || key === "Enter" ? "keyDown" : "rawKeyDown", ...base });
    await this.#send("Input.dispatchKeyEvent", { ...base, type: "keyUp", text: "" });
  }
}

/** Bits of `modifiers`. */
export const SHIFT = 8;

export class Chromium {
  readonly #input: Writable;
  readonly #waiting = new Map<number, Waiting>();
  readonly #tabs = new Map<string, Tab>();
  readonly #close: () => Promise<void>;
  #next = 1;

  private constructor(input: Writable, output: Readable, close: () => Promise<void>) {
    this.#input = input;
    this.#close = close;
    let text = "";
    output.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf("\0"); end >= 0; end = text.indexOf("\0")) {
        this.#take(JSON.parse(text.slice(0, end)) as Fields);
        text = text.slice(end + 1);
      }
    });
  }

  static async start(): Promise<Chromium> {
    const profile = temporaryFolder("chromium");
    const program = findProgram("chromium") ?? "chromium";
    const args = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--hide-scrollbars"];
    const child = spawn(program, [...args, `--user-data-dir=${profile.path}`, "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    const callOff = whenWeAreGone({ pid: child.pid, folder: profile.path });
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const [, , , input, output] = child.stdio;
    return new Chromium(input as Writable, output as Readable, async () => {
      const late = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(late);
      callOff();
      profile.remove();
    });
  }

  async tab(): Promise<Tab> {
    const { targetId } = await this.#call("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.#call("Target.attachToTarget", { targetId, flatten: true });
    const tab = new Tab((method, parameters) => this.#call(method, parameters, String(sessionId)));
    this.#tabs.set(String(sessionId), tab);
    for (const domain of ["Page", "Runtime", "Log"]) await this.#call(`${domain}.enable`, {}, String(sessionId));
    return tab;
  }

  async close(): Promise<void> {
    await this.#call("Browser.close", {}).catch(() => {});
    await this.#close();
  }

  #call(method: string, params: Fields, sessionId?: string): Promise<Fields> {
    const id = this.#next++;
    this.#input.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method}: no answer from Chromium`)), 30_000);
      const end = <T>(done: (value: T) => void) => {
        return (value: T): void => {
          clearTimeout(timer);
          done(value);
        };
      };
      this.#waiting.set(id, { resolve: end(resolve), reject: end(reject) });
    });
  }

  #take({ id, result, error, method, params, sessionId }: Fields): void {
    if (typeof id === "number") {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(JSON.stringify(error)));
      else waiting?.resolve((result ?? {}) as Fields);
      return;
    }
    const tab = this.#tabs.get(String(sessionId));
    if (method === "Log.entryAdded") {
      const { entry } = params as { readonly entry: { readonly level: string; readonly text: string } };
      if (entry.level === "error") tab?.complaints.push(entry.text);
    }
    if (method === "Runtime.exceptionThrown") tab?.complaints.push(JSON.stringify(params));
  }
}
