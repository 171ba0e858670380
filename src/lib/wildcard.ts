/**
 * Whether a text is as a pattern says, in which * stands for any characters and ? for one. A regular expression made
 * of a dozen stars would try for hours where this takes the product of both lengths.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resumeAt = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p++;
      resumeAt = t;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      // The last star takes one character more.
      p = star + 1;
      t = ++resumeAt;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
