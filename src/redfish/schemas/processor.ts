import { booleanAt, type JsonObject, textAt } from "../json.ts";
import { type ComponentFacts, componentFacts } from "./component.ts";

/** Processor: a processor of the system, a GPU or another accelerator. */
export interface Processor extends ComponentFacts {
  readonly kind: "processor";
  /** CPU, GPU, FPGA, DSP, Accelerator ... */
  readonly type?: string;
  readonly throttled: boolean;
}

export function decodeProcessor(resource: JsonObject): Processor {
  const facts = componentFacts(resource);
  return {
    ...facts,
    kind: "processor",
    place: facts.place ?? textAt(resource, "Socket"),
    type: textAt(resource, "ProcessorType"),
    throttled: booleanAt(resource, "Throttled") === true,
  };
}
