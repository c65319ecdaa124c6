/** Shows what a start is doing, one line a step, with the time it took. */
export interface Progress {
  /** Announces a step; the returned functions say how it ended. Steps may overlap. */
  begin(title: string): { done(detail?: string): void; failed(): void };
  say(text: string): void;
}

export const silentProgress: Progress = {
  begin: () => ({ done: () => undefined, failed: () => undefined }),
  say: () => undefined,
};

/** Lines for people; a long step says again every few seconds that it is still at work. */
export function terminalProgress(write: (line: string) => void): Progress {
  return {
    say: write,
    begin: (title) => {
      const startedAt = Date.now();
      const seconds = (): string => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
      const stillAtWork = setInterval(() => write(`  ${title} … ${seconds()}`), 5000);
      stillAtWork.unref();
      const end = (line: string): void => {
        clearInterval(stillAtWork);
        write(line);
      };
      return {
        done: (detail) => end(`✓ ${title}${detail === undefined ? "" : ` (${detail})`} ${seconds()}`),
        failed: () => end(`✗ ${title} ${seconds()}`),
      };
    },
  };
}
