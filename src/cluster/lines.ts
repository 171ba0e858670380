/**
 * The lines of a stream of UTF-8 text, without their ends. A last line without an end is a line.
 *
 * @throws RangeError for a line longer than `maxLength`
 */
export async function* lines(stream: AsyncIterable<unknown>, maxLength: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      yield rest.slice(0, end);
      rest = rest.slice(end + 1);
    }
    if (rest.length > maxLength) throw new RangeError("a line of the stream is too long");
  }
  if (rest !== "") yield rest;
}
