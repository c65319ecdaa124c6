import { expect } from "vitest";
import { beginPattern as begin, type Story } from "./files.ts";

const items = { items: ["x", "y", "z"] };

/** Instances, states, cancelling, repeating, triggers: what happens in the world, and what the run does. */
export const instances: Record<number, Story> = {
  12() {
    const run = begin(12, items);
    expect(run.atWork.toSorted()).toEqual(["each.0.work", "each.1.work", "each.2.work", "next"]);
    run.finish("next");
    for (const index of [2, 0, 1]) run.finish(`each.${index}.work`);
    return run;
  },
  13() {
    const run = begin(13);
    expect(run.atWork).toHaveLength(3);
    for (const index of [1, 0, 2]) run.finish(`three.${index}.work`);
    run.finish("next");
    return run;
  },
  14() {
    const run = begin(14, { items: ["x", "y"] });
    expect(run.atWork).toHaveLength(2);
    for (const index of [1, 0]) run.finish(`each.${index}.work`);
    run.finish("next");
    return run;
  },
  15() {
    const run = begin(15, { items: ["x"] });
    run.event("item.added", "y");
    run.event("item.added", "z");
    expect(run.atWork).toHaveLength(3);
    for (const index of [0, 1, 2]) run.finish(`open.${index}.work`);
    expect([run.state.status, run.status("next")]).toEqual(["waiting", undefined]);
    run.event("items.done");
    expect(run.state.frames[""]?.steps["open"]?.output).toMatchObject({ count: 3, missing: [] });
    run.finish("next");
    return run;
  },
  16() {
    const run = begin(16);
    expect(run.state.status).toBe("waiting");
    run.event("order.paid");
    run.event("order.cancelled");
    expect([run.atWork, run.status("close")]).toEqual([["ship"], "skipped"]);
    run.finish("ship");
    return run;
  },
  17() {
    const run = begin(17);
    while (run.atWork[0] !== undefined) {
      expect(run.atWork).toHaveLength(1);
      run.finish(run.atWork[0]);
    }
    const order = run.finished;
    expect(order.indexOf("a1")).toBeLessThan(order.indexOf("a2"));
    expect(order.indexOf("b1")).toBeLessThan(order.indexOf("b2"));
    expect(order).toHaveLength(5);
    return run;
  },
  18() {
    const run = begin(18);
    run.event("question.asked", "why?");
    expect(run.atWork).toEqual(["open.0.collect", "answer"]);
    run.finish("open.0.collect");
    run.finish("next");
    run.finish("answer");
    const late = begin(18);
    late.finish("open.0.collect");
    late.event("question.asked", "why?");
    expect(late.status("answer")).toBe("skipped");
    return run;
  },
  19() {
    const run = begin(19);
    run.event("work.cancelled");
    expect([run.status("work"), run.status("next"), run.atWork]).toEqual(["cancelled", "skipped", ["tidy"]]);
    expect(run.commands).toContainEqual({ type: "abort", steps: ["work"] });
    run.finish("tidy");
    return run;
  },
  20() {
    const run = begin(20);
    run.event("case.withdrawn");
    expect([run.output, run.status("work"), run.status("more")]).toEqual(["withdrawn", "cancelled", "cancelled"]);
    return run;
  },
  21() {
    const run = begin(21);
    for (const index of [0, 1, 2]) run.finish(`again.${index}.work`);
    run.finish("next");
    return run;
  },
  22() {
    const run = begin(22, { depth: 1 });
    const call = run.events.find((event) => event.type === "child-started");
    expect(call).toMatchObject({ step: "call", version: 1, depth: 1, input: { depth: 0 } });
    run.childEnds("call", { output: "from below", costUsd: 0.5 });
    expect([run.output, run.state.costUsd]).toEqual(["from below", 0.5]);
    return run;
  },
  23() {
    const run = begin(23);
    run.event("door.opened");
    run.finish("a");
    expect([run.state.status, run.status("b")]).toEqual(["waiting", undefined]);
    run.event("door.opened", "now");
    run.finish("b");
    return run;
  },
  24() {
    const run = begin(24);
    run.event("door.opened", "early");
    run.finish("a");
    expect(run.atWork).toEqual(["b"]);
    run.finish("b");
    return run;
  },
  25() {
    const run = begin(25);
    run.finish("region.0.a");
    run.event("region.cancelled");
    expect(run.atWork.toSorted()).toEqual(["outside", "tidy"]);
    expect([run.status("region"), run.status("region.0.b"), run.status("next")]).toEqual([
      "cancelled",
      "cancelled",
      "skipped",
    ]);
    run.finish("outside");
    run.finish("tidy");
    return run;
  },
  26() {
    const run = begin(26, items);
    run.finish("each.1.work");
    run.event("instances.cancelled");
    expect([run.atWork, run.status("each.0.work"), run.status("each.1.work")]).toEqual([
      ["tidy"],
      "cancelled",
      "completed",
    ]);
    run.finish("tidy");
    return run;
  },
  27() {
    const run = begin(27, items);
    run.finish("each.1.work", "done");
    run.event("instances.enough");
    expect(run.status("each")).toBe("completed");
    expect(run.outputOf("each")).toEqual({ results: [null, "done", null], missing: [0, 2], count: 3 });
    run.finish("next");
    return run;
  },
  34() {
    const run = begin(34, items);
    run.finish("each.2.work", 2);
    run.finish("each.0.work", 0);
    expect(run.atWork).toEqual(["each.1.work", "next"]);
    run.finish("next");
    expect(run.state.status).toBe("running");
    run.finish("each.1.work", 1);
    expect(run.outputOf("each")).toEqual({ results: [0, null, 2], missing: [1], count: 3 });
    return run;
  },
  35() {
    const run = begin(35, items);
    run.finish("each.2.work", 2);
    run.finish("each.0.work", 0);
    expect([run.atWork, run.status("each.1.work")]).toEqual([["next"], "cancelled"]);
    run.finish("next");
    return run;
  },
  36() {
    const run = begin(36, { items: ["x"] });
    run.event("item.added", "y");
    run.event("item.added", "z");
    run.finish("open.0.work", { enough: true });
    run.finish("open.2.work", { enough: false });
    expect(run.atWork).toEqual(["open.1.work"]);
    run.event("item.added", "w");
    run.finish("open.1.work", { enough: true });
    expect(run.atWork).toEqual(["open.3.work", "next"]);
    run.finish("next");
    run.fail("open.3.work");
    return run;
  },
  39() {
    const run = begin(39);
    for (const step of ["one.0.a1", "one.0.a2", "two.0.b1", "two.0.b2", "next"]) {
      expect(run.atWork).toEqual([step]);
      run.finish(step);
    }
    return run;
  },
  40() {
    const run = begin(40);
    for (let count = 0; count < 4; count++) {
      expect(run.atWork).toHaveLength(1);
      run.finish(run.atWork[0] ?? "");
    }
    return run;
  },
};
