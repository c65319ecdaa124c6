import { describe, expect, test } from "vitest";
import type { StepJob, StepQueue } from "../../engine/ports/step-queue.ts";

export interface QueueUnderTest {
  queue: StepQueue;
  /** Takes the step that is to run next and finishes it; null when there is none. */
  takeStep(): Promise<StepJob | null>;
  /** Takes the run that is to be woken next; null when there is none. */
  takeWake(): Promise<string | null>;
}

const job = (stepId: string, attempt = 1): StepJob => ({
  runId: "run-1",
  stepId,
  nodeId: stepId,
  attempt,
  seq: Number(stepId.slice(1)),
});

/** What every queue keeps: the same job once, the urgent ones first, and each wake. */
export function stepQueueSuite(name: string, under: () => QueueUnderTest): void {
  describe(`${name}: queue of steps`, () => {
    test("a job that is there is not added again, and can be once it is over", async () => {
      const { queue, takeStep } = under();
      await queue.enqueue([{ job: job("s1"), priority: 0 }]);
      await Promise.all(Array.from({ length: 5 }, () => queue.enqueue([{ job: job("s1"), priority: 0 }])));
      expect(await takeStep()).toEqual(job("s1"));
      expect(await takeStep()).toBeNull();
      await queue.enqueue([{ job: job("s1"), priority: 0 }]);
      expect(await takeStep()).toEqual(job("s1"));
    });

    test("another attempt is another job", async () => {
      const { queue, takeStep } = under();
      await queue.enqueue([
        { job: job("s2", 1), priority: 0 },
        { job: job("s2", 2), priority: 0 },
      ]);
      expect([(await takeStep())?.attempt, (await takeStep())?.attempt].toSorted()).toEqual([1, 2]);
    });

    test("the greater priority goes first, also among negative and very large ones", async () => {
      const { queue, takeStep } = under();
      const priorities = [5, -20, 900_000, 0, 100_005];
      // An organisation of its own: it is at its pace, whatever the tests before handed over.
      const orgId = "org-of-priorities";
      await queue.enqueue(priorities.map((priority, index) => ({ job: job(`s${10 + index}`), priority, orgId })));
      const order: (string | undefined)[] = [];
      for (let count = 0; count < priorities.length; count++) order.push((await takeStep())?.stepId);
      expect(order).toEqual(["s12", "s14", "s10", "s13", "s11"]);
    });

    test("each wake counts, the urgent first", async () => {
      const { queue, takeWake } = under();
      const orgId = "org-of-wakes";
      await queue.wake("run-a", 0, orgId);
      await queue.wake("run-a", 0, orgId);
      await queue.wake("run-b", 5, orgId);
      expect([await takeWake(), await takeWake(), await takeWake(), await takeWake()]).toEqual([
        "run-b",
        "run-a",
        "run-a",
        null,
      ]);
    });
  });
}
