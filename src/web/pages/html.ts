/** Text that is HTML; created by `html` only. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type HtmlValue = Markup | string | number | undefined | false | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Most names need no escaping; a test is much cheaper than a replacement. */
const HARMLESS = /^[\w .,:;/()%#+-]*$/;

/** Fit for the text of an element and for a quoted attribute. Control characters have no place in either. */
function escaped(text: string): string {
  if (HARMLESS.test(text)) return text;
  return (
    text
      .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "")
      // Names come from BMCs: damaged memory in them must not turn the direction of the text around it.
      .replaceAll(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu, "\ufffd")
  );
}

function rendered(value: HtmlValue): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === "string") return escaped(value);
  if (typeof value === "number") return String(value);
  if (value === undefined || value === false) return "";
  return value.map(rendered).join("");
}

/** html`<b>${name}</b>`: inserted values are escaped, unless they are Markup. Quote every attribute. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Markup {
  let text = strings[0] ?? "";
  for (const [index, value] of values.entries()) text += rendered(value) + (strings[index + 1] ?? "");
  return new Markup(text);
}
