const HIDDEN = "<secret>";
const SCHEME = /[a-z][a-z0-9+.-]*:[/\\]+/i;
const HOST = /^(?:\[[\w:.%]*\]|[^:\s@[\]]*)(?::\d*)?$/;

/**
 * A value as it may be printed, although it may be a URL: of a URL only scheme, host and port are kept, since user
 * name, password, path, query and fragment may hold secrets. Of other text the part before an @ is hidden.
 */
export function hideUrlSecrets(value: string): string {
  const url = SCHEME.exec(value);
  if (!url) return value.replace(/^.*@/s, `${HIDDEN}@`);
  const [scheme] = url;
  const before = value.slice(0, url.index).trimStart();
  const rest = value.slice(url.index + scheme.length);
  const [authority = ""] = rest.split(/[/?#\\]/, 1);
  const tail = rest.slice(authority.length);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  // A password with a slash ends the authority early: what is left is not a host and a port.
  const start = before.replace(/^.*@/s, `${HIDDEN}@`) + scheme;
  if (!HOST.test(host)) return `${start}${HIDDEN}`;
  const user = host === authority ? "" : `${HIDDEN}@`;
  return `${start}${user}${host}${tail === "" || tail === "/" ? tail : `/${HIDDEN}`}`;
}

/** The same for text that should be an address: what follows a slash, a question mark or a # is hidden, too, except for a prefix length. */
export function hideAddressSecrets(text: string): string {
  const visible = hideUrlSecrets(text);
  return SCHEME.test(text) ? visible : visible.replace(/[/?#](?!\d{1,3}$).*$/s, `/${HIDDEN}`);
}

/** A sentence in which the secrets of all URLs are hidden. */
export function hideUrlsIn(sentence: string): string {
  return sentence.replace(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, hideUrlSecrets);
}
