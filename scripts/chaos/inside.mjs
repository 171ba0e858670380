/**
 * Inspects a running process from outside: started with `--inspect=127.0.0.1:0`, it answers the debugger protocol.
 * Memory after a garbage collection is memory in use; the figures of the system (/proc) also include gaps of the
 * allocator.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { WebSocket } from "undici";

const ANSWER_MS = 30_000;
const FIGURES = "JSON.stringify({ ...process.memoryUsage(), resources: process.getActiveResourcesInfo() })";

/**
 * @param text output of the process, which holds the address of its debugger
 * @throws Error if the debugger cannot be reached
 */
export async function attach(text) {
  const address = /^Debugger listening on (ws:\S+)$/m.exec(text)?.[1];
  if (address === undefined) throw new Error("the process has not printed the address of its debugger");
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
    for (const { failed } of waiting.values()) failed(new Error("the debugger closed the connection"));
  });
  await new Promise((done, failed) => {
    socket.addEventListener("open", done, { once: true });
    socket.addEventListener("error", () => failed(new Error("the debugger does not answer")), { once: true });
  });

  const call = (method, params = {}) =>
    new Promise((done, failed) => {
      if (!isOpen) return failed(new Error("the debugger closed the connection"));
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
    /** Bytes in use after a garbage collection, and active resources of the event loop by kind. */
    async held() {
      // Finalisers of the first collection release objects that the second one frees.
      await call("HeapProfiler.collectGarbage");
      await call("HeapProfiler.collectGarbage");
      const { result } = await call("Runtime.evaluate", { expression: FIGURES, returnByValue: true });
      const { heapUsed, external, rss, resources } = JSON.parse(result.value);
      const kinds = {};
      for (const kind of resources) kinds[kind] = (kinds[kind] ?? 0) + 1;
      return { heap: heapUsed, external, rss, resources: kinds };
    },
    close: () => socket.close(),
  };
}

/** Figures of the system for a process: resident bytes, threads, open files, watched files. Linux only. */
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

/** Open files by kind: sockets by their peer port, files by name. */
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
