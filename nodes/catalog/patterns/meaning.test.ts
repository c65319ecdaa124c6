import { describe, expect, it } from "vitest";
import type { WorkflowFileInput } from "../../../engine/workflow/file.ts";
import { compile } from "../../../engine/workflow/compile.ts";
import { catalogue } from "../definitions.ts";
import { PatternRun } from "./pattern-run.ts";

type NodeInput = WorkflowFileInput["nodes"][number];
const task = (id: string, more: Partial<NodeInput> = {}): NodeInput => ({
  id,
  type: "agent",
  config: { prompt: id },
  retry: { maxAttempts: 1 },
  ...more,
});

function file(nodes: NodeInput[], edges: string, more: Partial<WorkflowFileInput> = {}): WorkflowFileInput {
  const drawn = edges.split(" ").map((edge, index) => {
    const [from = "", target = ""] = edge.split(">");
    const [source = "", sourcePort = "out"] = from.split(".");
    return { id: `e${index}`, source, sourcePort, target };
  });
  return { schemaVersion: 1, name: "x", nodes: [{ id: "start", type: "start" }, ...nodes], edges: drawn, ...more };
}

const problemsOf = (workflow: WorkflowFileInput): string[] =>
  compile(workflow, catalogue).problems.map(({ code, severity }) => (severity === "error" ? code : `${code}?`));

describe("a rollback", () => {
  const booking = file(
    [
      task("flight", { compensatedBy: "noFlight" }),
      task("hotel", { compensatedBy: "noHotel" }),
      task("pay"),
      task("noFlight", { config: { prompt: "{{ flight.outputs.of }}" } }),
      task("noHotel", { config: { prompt: "{{ in.value.of }} {{ error.code }}" } }),
    ],
    "start>flight flight>hotel hotel>pay",
    { settings: { onFailure: "rollback" } },
  );

  it("undoes what completed, the last first, and then fails with the first cause", () => {
    const run = new PatternRun(booking);
    run.finish("flight");
    run.finish("hotel");
    run.fail("pay");
    expect([run.atWork, run.state.status]).toEqual([["hotel.noHotel"], "running"]);
    const asked = run.events.findLast((event) => event.type === "step-scheduled");
    expect(asked).toMatchObject({ input: { prompt: "hotel HTTP_FAILED" } });
    run.fail("hotel.noHotel"); // told, and no reason to leave the flight booked
    run.finish("flight.noFlight");
    expect(run.state).toMatchObject({ status: "failed", errorStep: "pay", rollback: { failed: ["hotel.noHotel"] } });
    expect(run.faults()).toEqual([]);
  });

  it("goes on from the journal after a crash, and no retry begins what was undone", () => {
    const run = new PatternRun(booking);
    run.finish("flight");
    run.fail("hotel");
    expect(run.atWork).toEqual(["flight.noFlight"]);
    run.recover();
    expect(run.commands.at(-1)).toMatchObject({ type: "execute", step: "flight.noFlight", attempt: 1 });
    run.finish("flight.noFlight");
    run.give({ type: "retry", by: { kind: "system", id: null, label: "test" }, from: null });
    expect(run.state.status).toBe("failed");
  });

  it("is stopped by a cancel", () => {
    const run = new PatternRun(booking);
    run.finish("flight");
    run.fail("hotel");
    run.give({ type: "cancel", by: { kind: "system", id: null, label: "test" }, reason: "" });
    expect(run.state.status).toBe("cancelled");
    expect(run.faults()).toEqual([]);
  });
});

describe("a try", () => {
  it("cancels the rest and takes its error port, where the error can be read", () => {
    const run = new PatternRun(
      file(
        [
          { id: "safe", type: "try" },
          task("a", { parentId: "safe" }),
          task("b", { parentId: "safe" }),
          task("mend", { config: { prompt: "{{ error.message }}" } }),
          task("next"),
        ],
        "start>safe safe.error>mend safe>next",
      ),
    );
    run.fail("safe.0.a");
    expect([run.atWork, run.status("safe.0.b"), run.status("next")]).toEqual([["mend"], "cancelled", "skipped"]);
    expect(run.events.at(-1)).toMatchObject({ input: { prompt: "no answer" } });
    run.finish("mend");
    expect(run.state.status).toBe("completed");
  });
});

describe("a failure that is escalated", () => {
  const asked = (): PatternRun => {
    const run = new PatternRun(file([task("a", { onError: "escalate" }), task("b")], "start>a a>b"));
    run.fail("a");
    expect([run.status("a"), run.state.status]).toEqual(["waiting", "waiting"]);
    return run;
  };

  it("is tried again with a new attempt", () => {
    const run = asked();
    run.decide("a", "retry");
    run.finish("a");
    run.finish("b");
    expect(run.state.status).toBe("completed");
    expect(run.faults()).toEqual([]);
  });

  it("is passed over, answered with a value, or let be", () => {
    const skipped = asked();
    skipped.decide("a", "skip");
    expect([skipped.state.status, skipped.status("b")]).toEqual(["completed", "skipped"]);
    const given = asked();
    given.decide("a", "value", { value: "mine" });
    expect(given.state.frames[""]?.steps["a"]).toMatchObject({ status: "completed", output: "mine" });
    const failed = asked();
    failed.decide("a", "reject"); // nobody answered in time
    expect(failed.state).toMatchObject({ status: "failed", errorStep: "a" });
  });
});

describe("handlers of a container", () => {
  const staged = (on: NodeInput["on"]): PatternRun =>
    new PatternRun(
      file(
        [
          task("first"),
          { id: "stage", type: "parallel", on },
          ...["a", "b"].map((id) => task(id, { parentId: "stage" })),
          task("aside"),
          task("next"),
        ],
        "start>first first>stage stage.port>aside stage>next",
      ),
    );

  it("hear what came before the container began if they keep it, and interrupt all that is inside", () => {
    const run = staged([{ event: "stop", keep: true, interrupt: true, port: "port" }]);
    run.event("stop");
    run.finish("first");
    expect([run.atWork, run.status("stage.0.a"), run.status("next")]).toEqual([["aside"], "cancelled", "skipped"]);
    run.finish("aside");
    expect([run.state.status, run.faults()]).toEqual(["completed", []]);
  });

  it("do not hear it if they do not, nor what comes when the container is over", () => {
    const run = staged([{ event: "stop", interrupt: true, port: "port" }]);
    run.event("stop");
    run.finish("first");
    expect(run.atWork).toEqual(["stage.0.a", "stage.0.b"]);
    for (const step of run.atWork) run.finish(step);
    run.event("stop");
    expect([run.atWork, run.status("aside")]).toEqual([["next"], "skipped"]);
  });

  it("take their port beside it when its time has come and it is not interrupted, once and after a crash too", () => {
    const run = staged([{ after: 1_000, port: "port" }]);
    run.finish("first");
    run.recover();
    run.timer("on:stage:0");
    expect(run.atWork).toEqual(["stage.0.a", "stage.0.b", "aside"]);
    for (const step of run.atWork) run.finish(step);
    expect(run.atWork).toEqual(["next"]);
    run.finish("next");
    expect([run.state.status, run.faults()]).toEqual(["completed", []]);
  });
});

describe("a loop", () => {
  const loop = (config: object): NodeInput => ({
    id: "l",
    type: "loop",
    config: { mode: "times", times: 4, ...config },
  });

  it("is ended by break, whose iteration gives its value; those in flight are missing", () => {
    const run = new PatternRun(
      file(
        [
          loop({ concurrency: 2 }),
          task("a", { parentId: "l" }),
          { id: "enough", type: "break", parentId: "l", config: { value: "{{ a.outputs }}" } },
        ],
        "start>l a>enough",
      ),
    );
    run.finish("l.1.a", "one");
    expect(run.state.frames[""]?.steps["l"]?.output).toEqual({ results: [null, "one"], missing: [0], count: 2 });
    expect(run.state.status).toBe("completed");
  });

  it("goes on after continue, out of a container inside it too", () => {
    const run = new PatternRun(
      file(
        [
          loop({ times: 2 }),
          { id: "p", type: "parallel", parentId: "l" },
          task("a", { parentId: "p" }),
          task("b", { parentId: "p" }),
          { id: "on", type: "continue", parentId: "p", config: { value: "{{ a.outputs }}" } },
        ],
        "start>l a>on",
      ),
    );
    run.finish("l.0.p.0.a", 0);
    expect(run.atWork).toEqual(["l.1.p.0.a", "l.1.p.0.b"]);
    run.finish("l.1.p.0.a", 1);
    expect(run.state.frames[""]?.steps["l"]?.output).toEqual({ results: [0, 1], missing: [], count: 2 });
  });

  it("takes items from inside itself, and holds 10,000 of them with nothing but their results", () => {
    const run = new PatternRun(
      file(
        [
          { id: "l", type: "loop", config: { mode: "each", items: "{{ input.items }}", concurrency: 100 } },
          { id: "first", type: "condition", parentId: "l", config: { expression: "{{ loop.item === 0 }}" } },
          { id: "more", type: "append", parentId: "l", config: { loop: "l", items: ["last"] } },
        ],
        "start>l first.true>more",
      ),
      { items: Array.from({ length: 9_999 }, (_, index) => index) },
    );
    expect(run.state.frames[""]?.steps["l"]?.output).toMatchObject({ count: 10_000, missing: [] });
    expect(Object.keys(run.state.frames)).toEqual([""]);
  });
});

describe("granted variables", () => {
  it("are written by the nodes that may, and read by those that may", () => {
    const variables = [{ name: "plan", writers: ["a"], readers: ["b"] }];
    const run = new PatternRun(
      file([task("a"), task("b", { config: { prompt: "{{ vars.plan }}" } })], "start>a a>b", { variables }),
    );
    run.finish("a", { plan: "go", other: 1 });
    expect(run.state.vars).toEqual({ plan: "go" });
    expect(run.events.at(-1)).toMatchObject({ input: { prompt: "go" } });
    const curious = file([task("a", { config: { prompt: "{{ vars.plan }}" } })], "start>a", { variables });
    expect(problemsOf(curious)).toContain("reference");
  });
});

describe("a file that cannot mean what it says", () => {
  const inLoop = (node: NodeInput): NodeInput[] => [
    { id: "l", type: "loop", config: { mode: "times", times: 1 } },
    { ...node, parentId: "l" },
  ];
  it.each<[string, WorkflowFileInput, string]>([
    ["break outside a loop", file([{ id: "b", type: "break" }], "start>b"), "parent"],
    ["limit 0", file([task("a", { limit: { key: "k", max: 0 } })], "start>a"), "file"],
    [
      "one limit of two sizes",
      file([task("a", { limit: { key: "k", max: 1 } }), task("b", { limit: { key: "k", max: 2 } })], "start>a a>b"),
      "limit",
    ],
    [
      "a limit inside itself",
      file(
        [
          { id: "p", type: "parallel", limit: { key: "k", max: 1 } },
          task("a", { parentId: "p", limit: { key: "k", max: 1 } }),
        ],
        "start>p",
      ),
      "limit",
    ],
    [
      "a handler of a step that is over at once",
      file([{ id: "t", type: "transform", config: { value: 1 }, on: [{ event: "e", port: "p" }] }], "start>t"),
      "handler",
    ],
    [
      "an edge from a port that no handler names",
      file([task("a", { on: [{ event: "e", port: "heard" }] }), task("b")], "start>a a.herd>b"),
      "port",
    ],
    ["a handler that does nothing", file([task("a", { on: [{ event: "e" }] })], "start>a"), "handler"],
    [
      "an open loop that nobody closes",
      file(
        [{ id: "l", type: "loop", config: { mode: "each", items: [], open: true } }, task("a", { parentId: "l" })],
        "start>l",
      ),
      "unbounded-loop",
    ],
    [
      "each with cancelOthers",
      file([task("a"), task("b", { join: "each", cancelOthers: true })], "start>a a>b start>b"),
      "join",
    ],
    ["a compensation that is nowhere", file([task("a", { compensatedBy: "gone" })], "start>a"), "compensation"],
    [
      "a compensation with an edge",
      file([task("a", { compensatedBy: "b" }), task("b")], "start>a a>b"),
      "compensation",
    ],
    [
      "items for a loop out of reach",
      file([...inLoop(task("a")), { id: "m", type: "append", config: { loop: "nowhere" } }], "start>l start>m"),
      "config",
    ],
    [
      "one result of a step that runs for each edge",
      file(
        [
          task("a"),
          task("b", { join: "each" }),
          task("c"),
          { id: "o", type: "output", config: { value: "{{ b.outputs }}" } },
        ],
        "start>a start>b a>b start>c b>o c>o",
      ),
      "reference",
    ],
  ])("%s is refused", (_name, workflow, code) => {
    expect(problemsOf(workflow)).toContain(code);
  });
});
