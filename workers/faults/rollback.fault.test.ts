// A run on its way back whose worker dies in the middle of each compensation.
import { expect, test } from "vitest";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import { begun, callsOf, useStage } from "./stage.ts";

const stage = useStage();
const booked = ["flight", "hotel", "car"];

/** Books three things, each of which can be undone, and then fails to pay. */
function booking(): WorkflowFileInput {
  const { url } = stage.world.recorder;
  const call = (id: string, query: string) => ({
    id,
    type: "http",
    config: { method: "POST" as const, url: `${url}/${id}?${query}`, body: {} },
    retry: { maxAttempts: 1 },
  });
  const undo = (id: string) => `undo_${id}`;
  return {
    schemaVersion: 1,
    name: "Books",
    settings: { onFailure: "rollback" },
    nodes: [
      { id: "start", type: "start" },
      ...booked.map((id) => ({ ...call(id, "ms=1"), compensatedBy: undo(id) })),
      call("pay", "status=402"),
      // Long enough that each is under way when its worker dies.
      ...booked.map((id) => call(undo(id), "ms=400")),
    ],
    edges: ["start", ...booked].map((source, index) => ({
      id: `e${index}`,
      source,
      target: [...booked, "pay"][index] ?? "",
    })),
  };
}

test("each compensation is undone once, the last first, though a worker dies in each of them", async () => {
  const { world } = stage;
  let [worker] = await stage.workers(1);
  const run = await world.startRun(await world.addWorkflow(booking()), {});
  const back = booked.toReversed().map((id) => `${id}.undo_${id}`);
  for (const step of back) {
    await world.until(() => callsOf(world, run).has(`${step}.1`), 40_000);
    await worker?.kill();
    [worker] = await stage.workers(1);
  }
  const events = await world.finished(run, 60_000);
  expect(events.at(-1)).toMatchObject({ type: "run-failed", step: "pay" });
  const undone = events.flatMap((event) =>
    event.type === "step-completed" && back.includes(event.step) ? [event.step] : [],
  );
  expect(undone).toEqual(back);
  const [calls, begins] = [callsOf(world, run), begun(events)];
  for (const name of [...booked, "pay"]) expect(calls.get(`${name}.1`), name).toBe(1);
  for (const step of back) {
    // The one that was under way when its worker died is done again under the same key; none is begun for a second attempt.
    expect(calls.get(`${step}.1`), step).toBe(2);
    expect(begins.get(`${step}.1`), step).toBe(2);
    expect(calls.has(`${step}.2`), step).toBe(false);
  }
});
