import { createHash } from "node:crypto";
import {
  credentials,
  type DatagramTransport,
  IpmiConnection,
  SolSession,
  type SolSessionEnd,
  type SolSessionOptions,
} from "../../src/ipmi/index.ts";
import type { Clock } from "../../src/lib/index.ts";

/** Our SOL client with everything it reported. */
export class SolClient {
  readonly connection: IpmiConnection;
  readonly marks: string[] = [];
  readonly hash = createHash("sha256");
  /** The newest output, as text. */
  text = "";
  bytes = 0;
  end: SolSessionEnd | undefined;
  #sol: SolSession | undefined;
  readonly #clock: Clock;

  constructor(
    transport: DatagramTransport,
    clock: Clock,
    options: {
      readonly port?: number;
      readonly suite?: number;
      readonly user?: string;
      readonly password?: string;
    } = {},
  ) {
    const { port = 623, suite = 17, user = "admin", password = "open sesame" } = options;
    this.#clock = clock;
    this.connection = new IpmiConnection({
      transport,
      remote: { address: "127.0.0.1", port },
      clock,
      login: { credentials: credentials(user, password), privilege: 4, cipherSuites: [suite] },
      readOnly: false,
    });
  }

  get sol(): SolSession {
    if (!this.#sol) throw new Error("SOL is not active");
    return this.#sol;
  }

  async activate(more: Partial<SolSessionOptions> = {}): Promise<void> {
    const session = await this.connection.open();
    this.#sol = await SolSession.open({
      session,
      clock: this.#clock,
      handlers: {
        output: (bytes) => {
          this.bytes += bytes.length;
          this.hash.update(bytes);
          this.text = (this.text + Buffer.from(bytes).toString("latin1")).slice(-4096);
        },
        outputLost: (cause) => this.marks.push(`output lost: ${cause}`),
        breakReceived: () => this.marks.push("break"),
        inputInDoubt: (bytes) => this.marks.push(`input in doubt: ${bytes}`),
        ended: (end, unsent) => {
          this.end = end;
          this.marks.push(`${end}, ${unsent} unsent`);
        },
      },
      ...more,
    });
  }

  type(text: string): void {
    if (!this.sol.write(Buffer.from(text, "latin1"))) throw new Error("the input queue is full");
  }
}
