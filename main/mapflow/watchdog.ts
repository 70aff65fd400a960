/** Raises an alarm when nothing moves for a while. A slow transfer that moves is never cut off. */
export class Watchdog {
  #timer: NodeJS.Timeout | null = null;
  #state: 'waiting' | 'watching' | 'stopped' = 'waiting';

  constructor(
    private ms: number,
    private readonly alarm: (ms: number) => void,
  ) {}

  /** Begins: time spent in a queue for a connection does not count. */
  start(): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'watching';
    this.touch();
  }

  /** Something moved. */
  touch(): void {
    if (this.#state !== 'watching') return;
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.alarm(this.ms), this.ms);
  }

  /** Nothing is expected to move until the next touch: the other side of the pipe is busy. */
  pause(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Another patience from now on. */
  expect(ms: number): void {
    this.pause();
    this.ms = ms;
    this.touch();
  }

  stop(): void {
    this.#state = 'stopped';
    this.pause();
  }
}
