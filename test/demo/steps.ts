/** Says each step of a demonstration in a line and keeps how long it took. */
export class Steps {
  readonly #seconds: Record<string, number> = {};

  get seconds(): Readonly<Record<string, number>> {
    return this.#seconds;
  }

  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    process.stdout.write(`${name} … `);
    const started = performance.now();
    const result = await work();
    const seconds = Math.round((performance.now() - started) / 10) / 100;
    this.#seconds[name] = seconds;
    process.stdout.write(`${seconds.toFixed(2)} s\n`);
    return result;
  }

  say(text: string): void {
    process.stdout.write(`${text}\n`);
  }
}
