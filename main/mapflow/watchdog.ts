/** Raises an alarm when nothing moves for a while. A slow transfer that moves is never cut off. */
export class Watchdog {
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(
    private ms: number,
    private readonly alarm: (ms: number) => void,
  ) {
    this.touch();
  }

  /** Something moved. */
  touch(): void {
    if (this.#stopped) return;
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.alarm(this.ms), this.ms);
  }

  /** Another patience from now on. */
  expect(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.ms = ms;
    this.touch();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
