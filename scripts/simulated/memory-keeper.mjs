/** A state directory without a disk: what is kept is plain bytes and JSON, as in files. */
export class MemoryKeeper {
  #hosts = new Map();
  #records = new Map();

  /** Hosts whose sensor records are known. */
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
