/** A syslog message taken apart by the letter of RFC 5424 section 6; throws at the first thing that is not to the letter. */
export interface SyslogMessage {
  readonly facility: number;
  readonly severity: number;
  readonly timestamp: string;
  readonly hostname: string;
  readonly appName: string;
  readonly procId: string;
  readonly msgId: string;
  readonly data: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly text: string;
}

const HEADER =
  /^<(0|[1-9]\d{0,2})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) /;
/** SD-NAME: printable ASCII but `=`, space, `]` and `"`, 32 at most. */
const NAME = /^[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}/;

export function parseSyslog(bytes: Buffer): SyslogMessage {
  const whole = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const header = HEADER.exec(whole);
  if (!header) throw new Error(`no header of RFC 5424: ${whole.slice(0, 80)}`);
  const [start, pri, timestamp = "", hostname = "", appName = "", procId = "", msgId = ""] = header;
  if (Number(pri) > 191) throw new Error(`PRI ${pri}`);
  let rest = whole.slice(start.length);
  const data: Record<string, Record<string, string>> = {};
  const name = (): string => {
    const found = NAME.exec(rest)?.[0];
    if (found === undefined) throw new Error(`no SD-NAME: ${rest.slice(0, 40)}`);
    rest = rest.slice(found.length);
    return found;
  };
  const skip = (text: string): void => {
    if (!rest.startsWith(text)) throw new Error(`expected ${JSON.stringify(text)}: ${rest.slice(0, 40)}`);
    rest = rest.slice(text.length);
  };
  if (rest.startsWith("-")) skip("-");
  else {
    do {
      skip("[");
      const id = name();
      if (!/^[^@]+@\d+$/.test(id)) throw new Error(`SD-ID ${id} is not registered and has no enterprise number`);
      if (data[id]) throw new Error(`SD-ID ${id} twice`);
      const fields: Record<string, string> = {};
      while (!rest.startsWith("]")) {
        skip(" ");
        const key = name();
        skip('="');
        let value = "";
        while (!rest.startsWith('"')) {
          if (rest === "" || rest.startsWith("]")) throw new Error(`unescaped ] or no end in ${key}`);
          if (/^\\["\\\]]/.test(rest)) rest = rest.slice(1);
          value += rest[0];
          rest = rest.slice(1);
        }
        skip('"');
        fields[key] = value;
      }
      skip("]");
      data[id] = fields;
    } while (rest.startsWith("["));
  }
  if (rest !== "") {
    skip(" ");
    // UTF-8 says so with a BOM.
    if (rest.startsWith("\uFEFF")) rest = rest.slice(1);
    else if (/[^\x20-\x7e]/.test(rest)) throw new Error("text beyond ASCII without a BOM");
  }
  const number = Number(pri);
  return {
    facility: number >> 3,
    severity: number & 7,
    timestamp,
    hostname,
    appName,
    procId,
    msgId,
    data,
    text: rest,
  };
}
