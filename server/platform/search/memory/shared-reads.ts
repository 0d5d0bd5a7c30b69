/**
 * Reads that many ask for at once, one at a time for each key. Who asks while one runs waits for the next, which begins
 * after all of them have asked and serves them all: nobody gets an answer that is older than the question.
 */
export class SharedReads<T> {
  readonly #running = new Map<string, Promise<T>>();
  readonly #next = new Map<string, Promise<T>>();

  ask(key: string, read: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running === undefined) return this.#start(key, read);
    const waiting = this.#next.get(key);
    if (waiting !== undefined) return waiting;
    const start = () => {
      this.#next.delete(key);
      return this.#start(key, read);
    };
    const next = running.then(start, start);
    this.#next.set(key, next);
    return next;
  }

  #start(key: string, read: () => Promise<T>): Promise<T> {
    const running = read().finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }
}
