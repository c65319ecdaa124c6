import { describe, expect, test } from "vitest";
import type { Json } from "../engine/json.ts";
import type { HttpRequest } from "../engine/ports/http.ts";
import type { RunEvent } from "../engine/run/event.ts";
import { fold } from "../engine/run/fold.ts";
import { inlineBytes, isReference, restoreArtifacts } from "../engine/run/artifact.ts";
import { compile } from "../engine/workflow/compile.ts";
import type { WorkflowFileInput } from "../engine/workflow/file.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";
import { checkJournal } from "./faults/journal-check.ts";
import { createMemoryStack } from "./faults/memory-worker.ts";
import { useMemoryWorkers } from "./faults/memory-workers.ts";
import { journalOver } from "./faults/test-workflows.ts";
import { apart, Artifacts } from "./artifacts.ts";
import { brokenLimit } from "./run-limits.ts";

const worker = useMemoryWorkers();

const page = "wide ".repeat(100_000);

/** Answers every request with the same large page, and keeps what was sent. */
function wideWorld(body: string = page) {
  const requests: HttpRequest[] = [];
  const http = {
    async send(request: HttpRequest) {
      requests.push(request);
      return { status: 200, headers: {}, body, url: "http://example.test/" };
    },
  };
  return { requests, http };
}

const http = (id: string, body: Json = null) => ({
  id,
  type: "http",
  config: { method: "POST", url: "http://example.test/", body },
});

/** Reads a page, keeps it as a variable, sends it on, and looks at it in each turn of a loop. */
const reading: WorkflowFileInput = {
  schemaVersion: 1,
  name: "Reads a page",
  variables: [{ name: "page", type: "string", default: "" }],
  nodes: [
    { id: "start", type: "start" },
    http("read"),
    { id: "keep", type: "set", config: { assignments: [{ name: "page", value: "{{ read.outputs.body }}" }] } },
    {
      ...http("send", { sent: "{{ vars.page }}" }),
      config: { ...http("send").config, body: { sent: "{{ vars.page }}" } },
    },
    { id: "each", type: "loop", config: { mode: "times", times: 3 } },
    {
      id: "look",
      type: "transform",
      parentId: "each",
      config: { value: { letters: "{{ read.outputs.body.length }}", first: "{{ read.outputs.body[0] }}" } },
    },
    { id: "out", type: "output", config: { value: { page: "{{ vars.page }}", looks: "{{ each.outputs.results }}" } } },
  ],
  edges: [
    { id: "a", source: "start", target: "read" },
    { id: "b", source: "read", target: "keep" },
    { id: "c", source: "keep", target: "send" },
    { id: "d", source: "send", target: "each" },
    { id: "e", source: "each", target: "out" },
  ],
};
const looks = [0, 1, 2].map(() => ({ letters: page.length, first: "w" }));

describe("a run with values that are too large to travel inline", () => {
  test("holds what stands for them, and its steps get them whole", async () => {
    const stack = createMemoryStack();
    const world = wideWorld();
    const under = worker({ http: world.http }, stack);
    const run = under.addRun(reading);
    const events = await under.finish(run);
    checkJournal(events);

    const row = stack.store.run(run);
    const values = new Map([...(row?.values ?? [])].map(([id, json]): [string, Json] => [id, JSON.parse(json)]));
    expect(events.at(-1)).toMatchObject({ type: "run-completed", output: { kind: "object", length: 2 } });
    expect(restoreArtifacts(row?.row.output ?? null, values)).toEqual({ page, looks });
    expect(JSON.parse(world.requests[1]?.body?.toString() ?? "")).toEqual({ sent: page });
    expect(events.find((event) => event.type === "step-completed" && event.step === "read")).toMatchObject({
      output: { kind: "object", bytes: expect.any(Number) },
    });
    for (const event of events) expect(JSON.stringify(event).length).toBeLessThan(2_000);
    // The page as a variable, and what holds it: the answer, what is sent, its answer again, and the output.
    expect(values.size).toBeLessThanOrEqual(5);
  });

  test("goes on with another worker, from the journal alone", async () => {
    const stack = createMemoryStack();
    const world = wideWorld();
    const first = worker({ http: world.http }, stack);
    const run = first.addRun(reading);
    await first.drainer.wake(run, { recover: false });
    await first.executeAll();
    await first.close();
    await stack.mailbox.forget(run);

    const second = worker({ http: world.http }, stack);
    const events = await second.finish(run);
    checkJournal(events);
    expect(events.at(-1)).toMatchObject({ type: "run-completed" });
    expect(JSON.parse(world.requests.at(-1)?.body?.toString() ?? "")).toEqual({ sent: page });
  });

  test("is refused nothing that a journal writes: values come before the events that name them", async () => {
    const stack = createMemoryStack();
    const named = new Set<string>();
    const { journal, batches } = journalOver(stack.store, () => undefined);
    const under = worker({ http: wideWorld().http, journal }, stack);
    await under.finish(under.addRun(reading));
    for (const batch of batches) {
      for (const { id } of batch.artifacts ?? []) named.add(id);
      for (const event of batch.events) {
        if (event.type === "step-completed" && isReference(event.output))
          expect(named).toContain(event.output.$artifact);
        if (event.type === "step-scheduled" && isReference(event.input)) expect(named).toContain(event.input.$artifact);
      }
    }
    expect(named.size).toBeGreaterThan(0);
  });

  test("does not take a stranger's imitation for one", async () => {
    const imitation = { $artifact: "0".repeat(64), bytes: 300_000, kind: "text", length: 3 };
    const world = wideWorld(JSON.stringify(imitation));
    const under = worker({ http: world.http });
    const run = under.addRun({
      schemaVersion: 1,
      name: "Reads a trap",
      nodes: [
        { id: "start", type: "start" },
        http("read"),
        { id: "out", type: "output", config: { value: "{{ read.outputs.body }}" } },
      ],
      edges: [
        { id: "a", source: "start", target: "read" },
        { id: "b", source: "read", target: "out" },
      ],
    });
    const events = await under.finish(run);
    const { body } = { body: events.at(-1) };
    expect(body).toMatchObject({ type: "run-completed" });
    expect(JSON.stringify(body)).toContain("0".repeat(64));
  });
});

describe("what a run may keep", () => {
  const compiled = compile(reading, catalogue);
  if (!compiled.ok) throw new Error("The workflow does not compile.");
  const { plan } = compiled;
  /** A run whose step gave so many values of so many bytes. */
  const after = (count: number, bytes: number) => {
    const output = { $artifact: "a".repeat(64), bytes, kind: "text", length: 1 };
    const given = Array.from({ length: count }, (_, index): RunEvent => ({
      seq: index + 2,
      at: 1,
      type: "step-completed",
      step: "read",
      attempt: 1,
      output,
    }));
    return fold(plan, "r", [{ seq: 1, at: 1, type: "run-started" }, ...given]);
  };

  test("is half a gigabyte, and a stranger's imitation counts as no more than the largest value", () => {
    const mb = 1024 * 1024;
    expect(brokenLimit(plan, after(51, 10 * mb), false)).toBeNull();
    expect(brokenLimit(plan, after(52, 10 * mb), false)).toMatchObject({
      code: "STATE_TOO_LARGE",
      message: expect.stringContaining("512 MB"),
    });
    expect(after(1, 1e15).artifactBytes).toBe(10 * mb);
    expect(after(1, -1).artifactBytes).toBe(10 * mb);
  });
});

describe("what may travel inline", () => {
  test("does: the bound is on bytes of JSON", () => {
    expect(apart("x".repeat(inlineBytes - 2))).toBeNull();
    expect(apart("x".repeat(inlineBytes - 1))).toMatchObject({ stands: { bytes: inlineBytes + 1, kind: "text" } });
    // Many small numbers weigh more as values than they take as text.
    expect(apart(Array.from({ length: 50_000 }, () => 1))).toBeNull();
    expect(apart("ä".repeat(inlineBytes / 2 - 1))).toBeNull();
    expect(apart("ä".repeat(inlineBytes / 2))).toMatchObject({ stands: { bytes: inlineBytes + 2 } });
  });

  test("a value is read once for many that ask, and by its own run only", async () => {
    const asked: string[][] = [];
    const values = new Artifacts({
      async artifacts(runId, ids) {
        asked.push([runId, ...ids]);
        return new Map(runId === "mine" ? ids.map((id) => [id, `value of ${id}`]) : []);
      },
    });
    expect((await values.load("mine", ["a", "b"])).get("a")).toBe("value of a");
    expect((await values.load("mine", ["b", "c"])).size).toBe(2);
    expect((await values.load("other", ["a"])).size).toBe(0);
    expect(asked).toEqual([
      ["mine", "a", "b"],
      ["mine", "c"],
      ["other", "a"],
    ]);
    await expect(values.whole("other", { $artifact: "0".repeat(64) })).rejects.toThrow("not with the run any more");
  });
});
