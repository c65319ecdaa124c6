/** Asks again and again until the answer is something, at most for `withinMs`. Waits on conditions are all built on this one. */
export async function until<Value>(
  what: string,
  ask: () => Promise<Value | null | undefined | false> | Value | null | undefined | false,
  withinMs = 45_000,
  everyMs = 100,
): Promise<Value> {
  const deadline = Date.now() + withinMs;
  let failure: unknown = null;
  while (Date.now() < deadline) {
    try {
      const value = await ask();
      if (value !== null && value !== undefined && value !== false) return value;
      failure = null;
    } catch (error) {
      // While parts start or die, asking may fail; what counts is whether it still does at the end.
      failure = error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`After ${withinMs / 1000} s: ${what}`, failure === null ? {} : { cause: failure });
}
