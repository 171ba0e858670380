/** Longer words are not compared: that takes time proportional to the product of both lengths. */
const LONGEST_GUESSED = 300;

/**
 * The candidate of which `word` is probably a misspelling; undefined if none is close. Case, and - instead of _, do not
 * count; two swapped letters count as one change.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST_GUESSED) return undefined;
  const plainWord = plain(word);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const plainCandidate = plain(candidate);
    const limit = Math.max(1, Math.floor(Math.max(plainWord.length, plainCandidate.length) / 3));
    if (Math.abs(plainWord.length - plainCandidate.length) > limit) continue;
    const distance = editDistance(plainWord, plainCandidate);
    if (distance <= limit && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The number of insertions, deletions, replacements and swaps of adjacent letters that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** "Entity Presence", "Slot/Connector" -> "entity_presence", "slot_connector". */
export function snakeCase(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll("-", "_");
}

/** Foreign text, fit for a terminal: `\x1b` instead of the control character. */
export function escapeControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}
