/** A state directory in memory; it holds bytes and JSON, like files. */
export class MemoryKeeper {
  #hosts = new Map();
  #records = new Map();

  /** Number of hosts whose sensor records are saved. */
  get walked() {
    return [...this.#hosts.values()].filter((text) => JSON.parse(text).repository !== undefined).length;
  }

  async loadHost(key) {
    const text = this.#hosts.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async saveHost(key, state) {
    this.#hosts.set(key, JSON.stringify(state));
  }

  async forgetHost(key) {
    this.#hosts.delete(key);
  }

  async loadRecords(digest) {
    return this.#records.get(digest);
  }

  async saveRecords(digest, records) {
    this.#records.set(
      digest,
      records.map((record) => Buffer.from(record)),
    );
  }
}
