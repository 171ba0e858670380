import { createContext, Script } from "node:vm";
import { Random } from "../ipmi/fuzz/random.ts";
import { TextMutator } from "./text-mutator.ts";

/** Something that is given text by people, files or servers. */
export interface TextTarget {
  readonly name: string;
  /** Its share of the inputs; 1 where absent. */
  readonly weight?: number;
  /** Reads the text. A refusal is thrown, or told in the sentences that it gives back. */
  run(text: string, random: Random): unknown;
  /** Inputs that it accepts: what mutations start from. */
  readonly valid: readonly string[];
  /** How it says no; anything else that is thrown is a fault. Absent: it never throws. */
  readonly refusal?: abstract new (
    ...args: never[]
  ) => Error;
}

/** A thing that was promised not to happen. */
export class Violation extends Error {}

const SLOW_MS = 500;
/** More than any batch needs on a slow machine: only what never ends is stopped. */
const HANG_MS = 60_000;
const BATCH = 50;
const LONGEST_MESSAGE = 300_000;

/** What the language says where nobody thought of a case, and what objects say when they are taken for text. */
const LANGUAGE =
  /Cannot (?:read|convert|set|mix|use 'in'|access|destructure)|is not (?:a function|iterable|a constructor)|Maximum call stack|\[object \w+\]|\[native code\]|Invalid (?:array|string) length|(?:got|received|named|is) undefined/;

/** Throws where a sentence is not one for people. */
export function checkSentence(sentence: string): void {
  if (sentence.trim() === "") throw new Violation("refused without a word");
  if (sentence.length > LONGEST_MESSAGE) throw new Violation(`a message of ${sentence.length} characters`);
  if (LANGUAGE.test(sentence)) throw new Violation(`said ${JSON.stringify(sentence.slice(0, 300))}`);
}

/** Throws where something was put into the prototypes everybody shares. */
function checkPrototypes(): void {
  for (const prototype of [Object.prototype, Array.prototype, Function.prototype, String.prototype])
    if (Object.keys(prototype).length > 0) throw new Violation(`a prototype has ${Object.keys(prototype)}`);
}

/** Throws where a value has a function in it, a foreign prototype, or nesting without an end. */
function checkValue(value: unknown, depth = 0): void {
  if (typeof value === "function") throw new Violation("a function came out of text");
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  if (depth > 40) throw new Violation("a value nested without an end");
  if (value instanceof Map || value instanceof Set) {
    for (const member of value.values()) checkValue(member, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // Classes of ours are their own business; what was plain in the text must still be.
  if (prototype !== null && prototype !== Object.prototype && !Array.isArray(value)) {
    if (!Object.hasOwn(prototype as object, "constructor")) throw new Violation("a value with another prototype");
    return;
  }
  for (const member of Object.values(value)) checkValue(member, depth + 1);
}

/** One input: a value or a refusal in words, soon, and nothing else in this process is touched. */
export function feedText(target: TextTarget, text: string, random: Random): void {
  let elapsed = Number.POSITIVE_INFINITY;
  // A busy machine makes one run slow, a slow parser every run.
  for (let tries = 0; tries < 3 && elapsed > SLOW_MS; tries++) {
    const before = performance.now();
    try {
      checkValue(target.run(text, random));
    } catch (error) {
      if (error instanceof Violation || !target.refusal || !(error instanceof target.refusal)) throw error;
      checkSentence(error.message);
    }
    elapsed = performance.now() - before;
  }
  if (elapsed > SLOW_MS) throw new Violation(`took ${Math.round(elapsed)} ms`);
  checkPrototypes();
}

/** Runs a function that may never end; `node:vm` can stop code that does not yield. */
function stoppable(batch: () => void): void {
  new Script("batch()").runInContext(createContext({ batch }), { timeout: HANG_MS });
}

/** Gives a target `count` texts made from its valid ones. Throws an error that says how to have it again. */
export function fuzzText(target: TextTarget, count: number, seed: number): void {
  const random = new Random(seed, target.name);
  const mutator = new TextMutator(random);
  let text = "";
  let done = 0;
  const batch = (): void => {
    for (const end = Math.min(done + BATCH, count); done < end; done++) {
      text = mutator.next(target.valid);
      feedText(target, text, random);
    }
  };
  try {
    while (done < count) stoppable(batch);
  } catch (cause) {
    throw told(target.name, cause, `input ${done} of FUZZ_SEED=${seed}`, text);
  }
}

/** A fault with what is needed to have it again. */
export function told(name: string, cause: unknown, where: string, text: string): Error {
  const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new Error(`${name}: ${what}; ${where}: ${JSON.stringify(text.slice(0, 4000))}`, { cause });
}

const LONGEST_ANSWER_MS = 20_000;

/** The same for what answers later: one text after the other, each with an end. */
export async function fuzzAnswers(
  target: Omit<TextTarget, "run"> & { readonly ask: (text: string) => Promise<void> },
  count: number,
  seed: number,
): Promise<void> {
  const mutator = new TextMutator(new Random(seed, target.name));
  const texts = [...target.valid, ...Array.from({ length: count }, () => mutator.next(target.valid))];
  for (const [done, text] of texts.entries()) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Violation("no answer")), LONGEST_ANSWER_MS);
    });
    try {
      await Promise.race([target.ask(text), late]);
      checkPrototypes();
    } catch (cause) {
      throw told(target.name, cause, `input ${done} of FUZZ_SEED=${seed}`, text);
    } finally {
      clearTimeout(timer);
    }
  }
}
