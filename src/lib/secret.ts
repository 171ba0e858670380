import { timingSafeEqual } from "node:crypto";
import { inspect } from "node:util";

const HIDDEN = "<secret>";

/** A value that is never printed: as text, as JSON and in a debugger it is `<secret>`. */
export class Secret {
  readonly #bytes: Buffer;

  constructor(value: string | Uint8Array) {
    this.#bytes = typeof value === "string" ? Buffer.from(value, "utf8") : Buffer.from(value);
  }

  /** Length in bytes, the unit of limits on passwords. */
  get byteLength(): number {
    return this.#bytes.length;
  }

  /** The value as text. */
  reveal(): string {
    return this.#bytes.toString("utf8");
  }

  /** A copy of the value as bytes, for keys that are not text. */
  revealBytes(): Buffer {
    return Buffer.from(this.#bytes);
  }

  equals(other: Secret): boolean {
    return this.#bytes.length === other.#bytes.length && timingSafeEqual(this.#bytes, other.#bytes);
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
