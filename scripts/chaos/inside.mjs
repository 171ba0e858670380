/**
 * Looks into a running process without its help: started with `--inspect=127.0.0.1:0`, it answers the protocol of
 * the debugger. What is left after a collection of garbage is what something still holds; what the system sees
 * (/proc) has the gaps of the allocator in it, too.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { WebSocket } from "undici";

const ANSWER_MS = 30_000;
const ASKED = "JSON.stringify({ ...process.memoryUsage(), resources: process.getActiveResourcesInfo() })";

/**
 * @param text what the process wrote so far: its debugger says there where it listens
 * @throws Error where there is no debugger
 */
export async function attach(text) {
  const address = /^Debugger listening on (ws:\S+)$/m.exec(text)?.[1];
  if (address === undefined) throw new Error("the process does not say where its debugger listens");
  const socket = new WebSocket(address);
  const waiting = new Map();
  let last = 0;
  let isOpen = true;
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const { done, failed } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) failed?.(new Error(`debugger: ${error.message}`));
    else done?.(result);
  });
  socket.addEventListener("close", () => {
    isOpen = false;
    for (const { failed } of waiting.values()) failed(new Error("the debugger hung up"));
  });
  await new Promise((done, failed) => {
    socket.addEventListener("open", done, { once: true });
    socket.addEventListener("error", () => failed(new Error("the debugger does not answer")), { once: true });
  });

  const call = (method, params = {}) =>
    new Promise((done, failed) => {
      if (!isOpen) return failed(new Error("the debugger hung up"));
      const id = ++last;
      const timer = setTimeout(() => failed(new Error(`${method}: no answer`)), ANSWER_MS);
      const end = (how) => (what) => {
        clearTimeout(timer);
        how(what);
      };
      waiting.set(id, { done: end(done), failed: end(failed) });
      socket.send(JSON.stringify({ id, method, params }));
    });

  return {
    /** Bytes that are still held after garbage was collected, and what the event loop waits for, by kind. */
    async held() {
      // Finalisers of the first collection let go of what the second one takes.
      await call("HeapProfiler.collectGarbage");
      await call("HeapProfiler.collectGarbage");
      const { result } = await call("Runtime.evaluate", { expression: ASKED, returnByValue: true });
      const { heapUsed, external, rss, resources } = JSON.parse(result.value);
      const kinds = {};
      for (const kind of resources) kinds[kind] = (kinds[kind] ?? 0) + 1;
      return { heap: heapUsed, external, rss, resources: kinds };
    },
    close: () => socket.close(),
  };
}

/** What the system says of a process: resident bytes, threads, open files, watched files. Linux only. */
export function outside(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const files = readdirSync(`/proc/${pid}/fd`);
  let watches = 0;
  for (const fd of files) {
    try {
      watches += readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8").match(/^inotify /gm)?.length ?? 0;
    } catch {
      // closed meanwhile
    }
  }
  return {
    rss: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024,
    threads: Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0),
    files: files.length,
    watches,
  };
}

/** What the open files are: sockets by what they are connected to, files by name. */
export function openFiles(pid) {
  const kinds = new Map();
  const sockets = new Map();
  for (const [table, kind] of Object.entries({ udp: "UDP", tcp: "TCP" }))
    for (const line of readFileSync(`/proc/${pid}/net/${table}`, "utf8").split("\n").slice(1)) {
      const words = line.trim().split(/\s+/);
      sockets.set(words[9], `${kind} state ${words[3]} of ${Number.parseInt(words[1]?.split(":")[1], 16) || "?"}`);
    }
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    let name = "gone";
    try {
      name = readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // closed meanwhile
    }
    const inode = /^socket:\[(\d+)\]$/.exec(name)?.[1];
    const kind = inode === undefined ? name.replace(/:\[.*/, "") : (sockets.get(inode) ?? "another socket");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, n]) => `${n} ${kind}`).join(", ");
}
