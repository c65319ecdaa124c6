const two = (value: number): string => String(value).padStart(2, "0");

/** "14:03:22.123": an instant to the millisecond, in the reader's own zone. */
export function instantWords(at: number): string {
  const date = new Date(at);
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** "0", "250 ms", "4 s", "1:30", "2:05:00": a mark on the axis, counted from the beginning of the run. */
export function tickWords(since: number): string {
  if (since === 0) return "0";
  if (since < 1_000) return `${since} ms`;
  if (since < 60_000) return `${Number((since / 1_000).toFixed(3))} s`;
  const seconds = Math.floor(since / 1_000);
  const clock = `${Math.floor(seconds / 60) % 60}:${two(seconds % 60)}`;
  return seconds < 3_600 ? clock : `${Math.floor(seconds / 3_600)}:${clock.padStart(5, "0")}`;
}
