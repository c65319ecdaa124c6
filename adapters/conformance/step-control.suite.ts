import { describe, expect, test, vi } from "vitest";
import type { RunEnds } from "../../engine/ports/run-ends.ts";
import type { StepControl } from "../../engine/ports/step-control.ts";

export interface ControlUnderTest {
  control: StepControl;
  ends: RunEnds;
  /** Another process's view of the same. */
  other: { control: StepControl; ends: RunEnds };
  /** Resolves when subscriptions made so far are in place. */
  listening(): Promise<void>;
}

/** What workers tell each other: who is listening hears it, and only that. */
export function stepControlSuite(name: string, under: () => ControlUnderTest): void {
  describe(`${name}: talk between workers`, () => {
    test("an abort reaches every worker, the sender included", async () => {
      const { control, other, listening } = under();
      const heard = vi.fn();
      const stops = [
        control.onAbort((run, steps) => heard(run, steps)),
        other.control.onAbort((run, steps) => heard(run, steps)),
      ];
      await listening();
      await control.abort("run-1", ["a", "b.0.c"]);
      await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(2));
      expect(heard).toHaveBeenCalledWith("run-1", ["a", "b.0.c"]);
      for (const stop of stops) stop();
      await listening();
      await control.abort("run-1", ["a"]);
      await listening();
      expect(heard).toHaveBeenCalledTimes(2);
    });

    test("an acknowledgement reaches the worker that waits for it and no other", async () => {
      const { control, other, listening } = under();
      const mine: string[] = [];
      const others: string[] = [];
      const stops = [
        control.onAcknowledge("worker-1", (ids) => mine.push(...ids)),
        other.control.onAcknowledge("worker-2", (ids) => others.push(...ids)),
      ];
      await listening();
      await other.control.acknowledge("worker-1", ["x", "y"]);
      await vi.waitFor(() => expect(mine).toEqual(["x", "y"]));
      expect(others).toEqual([]);
      for (const stop of stops) stop();
    });

    test("who waits for a run hears of its end, and nobody waits for ever", async () => {
      const { ends, other, listening } = under();
      const waits = [ends.wait("run-1", 5_000), ends.wait("run-1", 5_000), ends.wait("run-2", 60)];
      await listening();
      other.ends.announce("run-1");
      expect(await Promise.all(waits)).toEqual([true, true, false]);
    });
  });
}
