import ts from "typescript";

/*
 * Finds the places of a source file that choose bits, and wraps what chooses them in a call that can move the choice
 * by one place: `bit(power, 3)` becomes `bit(power, __move(17, 3))`.
 */

/** Functions of wire/bytes.ts, and which of their arguments are bit numbers. */
const FUNCTIONS = new Map([
  ["bit", [1]],
  ["flag", [1]],
  ["bits", [1, 2]],
  ["signed", [1]],
]);

const SHIFTS = new Set([
  ts.SyntaxKind.LessThanLessThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
]);
const MASKINGS = new Set([
  ts.SyntaxKind.AmpersandToken,
  ts.SyntaxKind.BarToken,
  ts.SyntaxKind.AmpersandEqualsToken,
  ts.SyntaxKind.BarEqualsToken,
]);

/**
 * The places of one file, in order.
 *
 * @returns each with its line, its text, the expressions to wrap ("place": a bit number; "mask") and the directions
 *   in which it can be moved
 */
export function bitSites(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const sites = [];
  const add = (node, kind, wrapped, directions) => {
    if (directions.length === 0) return;
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const ranges = wrapped.map((part) => ({ start: part.getStart(), end: part.getEnd() }));
    sites.push({ line, text: node.getText().replace(/\s+/g, " "), kind, ranges, directions });
  };
  const visit = (node) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const wrapped = (FUNCTIONS.get(node.expression.text) ?? []).map((n) => node.arguments[n]).filter(Boolean);
      if (wrapped.length > 0)
        add(node, "place", wrapped, wrapped.some(isZero) && wrapped.every(isZero) ? [1] : [1, -1]);
    } else if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.kind;
      const [left, right] = [node.left, node.right];
      // Neither a constant such as 4 << 20 nor the conversion x >>> 0 chooses a bit.
      const chooses = !(isLiteral(left) && isLiteral(right)) && !isZero(right);
      if (SHIFTS.has(operator) && chooses) add(node, "place", [right], [1, -1]);
      else if (MASKINGS.has(operator)) {
        const mask = isLiteral(right) ? right : isLiteral(left) ? left : undefined;
        if (mask && !isZero(mask)) add(node, "mask", [mask], [1, -1]);
      }
    } else if (ts.isConditionalExpression(node) && ts.isBinaryExpression(unwrapped(node.parent))) {
      const { operatorToken } = unwrapped(node.parent);
      if (operatorToken.kind === ts.SyntaxKind.BarToken && isLiteral(node.whenTrue) && !isZero(node.whenTrue))
        add(node, "mask", [node.whenTrue], [1, -1]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return sites;
}

/** The text with each of its places wrapped; the first has the number `first`. */
export function withMovableBits(path, text, first) {
  const insertions = bitSites(path, text).flatMap(({ kind, ranges }, n) =>
    ranges.flatMap(({ start, end }) => [
      { at: start, opens: true, piece: `globalThis.${kind === "mask" ? "__moveMask" : "__movePlace"}(${first + n}, ` },
      { at: end, opens: false, piece: ")" },
    ]),
  );
  // Backwards, so that earlier offsets stay valid; at one offset what closes stands before what opens.
  insertions.sort((a, b) => b.at - a.at || Number(b.opens) - Number(a.opens));
  let result = text;
  for (const { at, piece } of insertions) result = result.slice(0, at) + piece + result.slice(at);
  return result;
}

const isLiteral = (node) => ts.isNumericLiteral(node);
const isZero = (node) => ts.isNumericLiteral(node) && Number(node.text) === 0;

/** The expression around parentheses. */
function unwrapped(node) {
  let inner = node;
  while (ts.isParenthesizedExpression(inner)) inner = inner.parent;
  return inner;
}
