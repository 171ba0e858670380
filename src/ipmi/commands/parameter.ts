import { Reader, Writer } from "../wire/bytes.ts";
import type { Layout } from "./command.ts";

/** One numbered parameter of a Get ... Parameters command: how its data bytes read. */
export interface Parameter<T> {
  readonly number: number;
  readonly name: string;
  /** Reads the parameter's data as the command returned it; throws DecodeError and nothing else. */
  decode(data: Uint8Array): T;
  encode(value: T): Buffer;
}

/** Joins a parameter's number and name with the layout of its data. */
export function parameter<T>(number: number, name: string, layout: Layout<T>): Parameter<T> {
  return {
    number,
    name,
    decode: (data) => layout.decode(new Reader(data, name)),
    encode(value) {
      const to = new Writer(24);
      layout.encode(to, value);
      return to.take();
    },
  };
}
