/** Tasks in a row: the next begins when the one before is done. A task that needs no waiting runs at once. */
export class Lane {
  private readonly waiting: (() => void | Promise<void>)[] = [];
  private busy = false;
  private readonly onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.onError = onError;
  }

  get length(): number {
    return this.waiting.length;
  }

  get isIdle(): boolean {
    return !this.busy;
  }

  run(task: () => void | Promise<void>): void {
    this.waiting.push(task);
    if (!this.busy) this.advance();
  }

  private advance(): void {
    let task = this.waiting.shift();
    while (task) {
      const running = this.begin(task);
      if (running) {
        void this.waitFor(running);
        return;
      }
      task = this.waiting.shift();
    }
  }

  private async waitFor(running: Promise<void>): Promise<void> {
    this.busy = true;
    try {
      await running;
    } catch (error) {
      this.onError(error);
    }
    this.busy = false;
    this.advance();
  }

  private begin(task: () => void | Promise<void>): void | Promise<void> {
    try {
      return task();
    } catch (error) {
      this.onError(error);
    }
  }
}
