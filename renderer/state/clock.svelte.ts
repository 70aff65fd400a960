const everyMilliseconds = 30_000;

/** The present, to half a minute: what "3 minutes ago" is counted from. */
export class Clock {
  #now = $state(Date.now());

  get now(): number {
    return this.#now;
  }

  /** Returns the function that stops it. */
  start(): () => void {
    const timer = setInterval(() => (this.#now = Date.now()), everyMilliseconds);
    return () => clearInterval(timer);
  }
}
