import { type HtmlValue, html, type Markup } from "./html.ts";

/**
 * The part of Markdown that the runbooks use: headings, paragraphs, lists, fenced code, `code`, **bold**, *emphasis* and
 * links. Everything else is plain text, so that no input becomes HTML of its own.
 */

/** The address for the target of a link; undefined: only its text is shown. */
export type LinkOf = (target: string) => string | undefined;

const HEADING = /^(#{1,3}) +(.+)$/;
const FENCE = /^```/;
const ITEM = /^(?:(\d+)\.|-) +(.*)$/;
/** Code first: nothing within it is markup. */
const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*|\[([^\]\n]+)\]\(([^()\s]+)\)/g;

/** A text as HTML, block by block. */
export function markdown(text: string, linkOf: LinkOf): HtmlValue {
  const lines = text.split("\n");
  const blocks: Markup[] = [];
  let at = 0;
  /** Takes lines while they belong to a block. */
  const takeWhile = (belongs: (line: string) => boolean): string[] => {
    const begin = at;
    while (at < lines.length && belongs(lines[at] ?? "")) at++;
    return lines.slice(begin, at);
  };
  const inline = (parts: readonly string[]): HtmlValue => spans(parts.map((part) => part.trim()).join(" "), linkOf);
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const [, level = "", title = ""] = HEADING.exec(line) ?? [];
    if (line.trim() === "") at++;
    else if (level !== "") {
      at++;
      blocks.push(heading(level.length, spans(title, linkOf)));
    } else if (FENCE.test(line)) {
      at++;
      const code = takeWhile((one) => !FENCE.test(one));
      at++; // the closing fence, if any
      blocks.push(html`<pre class="scroll" tabindex="0"><code>${code.join("\n")}</code></pre>`);
    } else if (ITEM.test(line)) {
      const list = takeWhile((one) => ITEM.test(one) || /^ +\S/.test(one));
      blocks.push(listOf(list, inline));
    } else {
      const paragraph = takeWhile((one) => one.trim() !== "" && ![HEADING, FENCE, ITEM].some((form) => form.test(one)));
      blocks.push(html`<p>${inline(paragraph)}</p>`);
    }
  }
  return blocks.map((block) => html`${block}\n`);
}

/** A title of the page is h1; others are one level below the sections of pages. */
function heading(level: number, content: HtmlValue): Markup {
  if (level === 1) return html`<h1>${content}</h1>`;
  return level === 2 ? html`<h2>${content}</h2>` : html`<h3>${content}</h3>`;
}

/** Lines that begin with blanks continue an item. */
function listOf(lines: readonly string[], inline: (parts: readonly string[]) => HtmlValue): Markup {
  const items: string[][] = [];
  for (const line of lines) {
    const [whole, , first = ""] = ITEM.exec(line) ?? [];
    if (whole === undefined) items.at(-1)?.push(line);
    else items.push([first]);
  }
  const content = items.map((item) => html`<li>${inline(item)}</li>\n`);
  const isNumbered = /^\d/.test(lines[0] ?? "");
  return isNumbered ? html`<ol>${content}</ol>` : html`<ul>${content}</ul>`;
}

function spans(text: string, linkOf: LinkOf): HtmlValue {
  const found: HtmlValue[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, bold, emphasis, label, target] = match;
    found.push(text.slice(end, match.index));
    end = match.index + whole.length;
    if (code !== undefined) found.push(html`<code>${code}</code>`);
    else if (bold !== undefined) found.push(html`<strong>${spans(bold, linkOf)}</strong>`);
    else if (emphasis !== undefined) found.push(html`<em>${emphasis}</em>`);
    else {
      const address = linkOf(target ?? "");
      found.push(address === undefined ? (label ?? "") : html`<a href="${address}">${spans(label ?? "", linkOf)}</a>`);
    }
  }
  found.push(text.slice(end));
  return found;
}
