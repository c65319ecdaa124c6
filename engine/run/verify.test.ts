import { describe, expect, it } from "vitest";
import { testCatalogue } from "../testing/catalogue.ts";
import { simulate } from "../testing/simulate.ts";
import { compile } from "../workflow/compile.ts";
import type { Plan } from "../workflow/plan.ts";
import type { EventType, RunEvent } from "./event.ts";
import { replayJournal, stateBytes, stateDifferences } from "./replay.ts";
import { verifyJournal, type JournalRule } from "./verify.ts";

const usage = { model: "m", provider: "p", inputTokens: 10, outputTokens: 5, costUsd: 0.25, demo: false };

function planOf(): Plan {
  const compiled = compile(
    {
      schemaVersion: 1,
      name: "test",
      settings: { maxConcurrency: 1 },
      nodes: [
        { id: "start", type: "start" },
        { id: "call", type: "task", retry: { maxAttempts: 2, delayMs: 100, backoff: "fixed" } },
        { id: "pick", type: "choose" },
        { id: "left", type: "task" },
        { id: "right", type: "task" },
        { id: "ask", type: "gate" },
      ],
      edges: [
        { id: "a", source: "start", target: "call" },
        { id: "b", source: "call", target: "pick" },
        { id: "c", source: "pick", sourcePort: "yes", target: "left" },
        { id: "d", source: "pick", sourcePort: "no", target: "right" },
        { id: "e", source: "left", target: "ask" },
      ],
    },
    testCatalogue,
  );
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.plan;
}

const plan = planOf();
const facts = { workflowId: "00000000-0000-4000-8000-000000000000", version: 1 };

/** call fails once and succeeds, pick takes "yes", left runs, ask is decided. */
function sound(): RunEvent[] {
  const oracle = { failures: (step: string) => (step === "call" ? 1 : 0), port: () => "yes" as const };
  const world = { ...oracle, items: () => 0, turns: () => 0 };
  const { events } = simulate(plan, world, { random: () => 0 });
  const paid = events.map((event) => (event.type === "step-completed" ? { ...event, usage: [usage] } : event));
  return structuredClone(paid);
}

function at(events: RunEvent[], type: EventType, step?: string): number {
  const index = events.findIndex(
    (each) => each.type === type && (step === undefined || ("step" in each && each.step === step)),
  );
  if (index < 0) throw new Error(`no ${type} of ${step}`);
  return index;
}

function renumbered(events: RunEvent[]): RunEvent[] {
  return events.map((event, index) => ({ ...event, seq: index + 1 }));
}

function rules(events: RunEvent[], more: Partial<Parameters<typeof verifyJournal>[2]> = {}): JournalRule[] {
  return [...new Set(verifyJournal("run", events, { plan, facts, ended: true, ...more }).map(({ rule }) => rule))];
}

describe("the journal checker", () => {
  it("finds nothing in the journal of a sound run", () => {
    const events = sound();
    expect(events.length).toBeGreaterThan(10);
    expect(verifyJournal("run", events, { plan, facts, ended: true })).toEqual([]);
  });

  const faults: [string, JournalRule, (events: RunEvent[]) => RunEvent[]][] = [
    ["an event is missing", "gap", (events) => events.toSpliced(3, 1)],
    ["an event stands there twice", "gap", (events) => events.toSpliced(3, 0, events[3]!)],
    ["it begins with something else", "start", (events) => renumbered(events.slice(1))],
    ["it does not say how it ended", "end", (events) => events.slice(0, -1)],
    ["something stands after the end", "end", (events) => renumbered([...events, events.at(-1)!])],
    [
      "an attempt has two results",
      "result",
      (events) => {
        const index = at(events, "step-completed", "call");
        return renumbered(events.toSpliced(index + 1, 0, events[index]!));
      },
    ],
    [
      "a pruned branch runs",
      "causality",
      (events) => {
        const index = at(events, "step-scheduled", "left");
        return renumbered(events.toSpliced(index, 1, { ...events[index]!, step: "right" } as RunEvent));
      },
    ],
    [
      "a step runs before what leads to it",
      "causality",
      (events) => {
        const [scheduled] = events.splice(at(events, "step-scheduled", "left"), 1);
        return renumbered(events.toSpliced(at(events, "step-completed", "pick"), 0, scheduled!));
      },
    ],
    [
      "a result comes of a step that was never begun",
      "causality",
      (events) => renumbered(events.toSpliced(at(events, "approval-requested"), 1)),
    ],
    [
      "more attempts than the policy allows",
      "attempts",
      (events) =>
        events.map((event) =>
          "step" in event && event.step === "call" && "attempt" in event && event.attempt === 2
            ? { ...event, attempt: 3 }
            : event,
        ),
    ],
    [
      "a retry that comes sooner than the policy says",
      "attempts",
      (events) => events.map((event) => (event.type === "step-failed" ? { ...event, retryAt: event.at } : event)),
    ],
    ["another version", "version", (events) => events.with(0, { ...events[0]!, version: 2 } as RunEvent)],
  ];
  it.each(faults)("sees that %s", (_, rule, damage) => {
    expect(rules(damage(sound()))).toContain(rule);
  });

  const third = (events: RunEvent[]): RunEvent[] =>
    events.map((event) =>
      "step" in event && event.step === "call" && "attempt" in event && event.attempt === 2
        ? { ...event, attempt: 3 }
        : event,
    );
  // Each of these is also against another rule; the sentence says which one saw it.
  const sentences: [string, RegExp, (events: RunEvent[]) => RunEvent[]][] = [
    ["is queued twice", /queued a second time/, (events) => renumbered(events.toSpliced(2, 0, events[0]!))],
    [
      "runs where no edge leads",
      /right, to which no taken edge leads/,
      (events) => {
        const index = at(events, "step-scheduled", "left");
        return renumbered(events.toSpliced(index, 1, { ...events[index]!, step: "right" } as RunEvent));
      },
    ],
    [
      "hears a timer before its time",
      /retry:call:1 fired \d+ ms early/,
      (events) =>
        events.map((event) => (event.type === "step-failed" ? { ...event, retryAt: event.at + 60_000 } : event)),
    ],
    ["leaves an attempt out", /Attempt 3 of call follows attempt 1/, third],
    ["makes one attempt too many", /Attempt 3 of call, which may make 2/, third],
  ];
  it.each(sentences)("says of a run that %s what is wrong with it", (_, sentence, damage) => {
    const found = verifyJournal("run", damage(sound()), { plan, facts, ended: true });
    expect(found.map(({ message }) => message)).toContainEqual(expect.stringMatching(sentence));
  });

  it("compares with what the run's row says", () => {
    const events = sound();
    expect(rules(events, { facts: { ...facts, status: "completed", lastSeq: events.length, costUsd: 0.75 } })).toEqual(
      [],
    );
    expect(rules(events, { facts: { ...facts, status: "failed" } })).toEqual(["row"]);
    expect(rules(events, { facts: { ...facts, lastSeq: 3 } })).toEqual(["row"]);
    expect(rules(events, { facts: { ...facts, costUsd: 0.5 } })).toEqual(["cost"]);
  });

  it("sees more steps at work than the run allows", () => {
    const narrow: Plan = { ...plan, file: { ...plan.file, settings: { ...plan.file.settings, maxConcurrency: 0 } } };
    expect(rules(sound(), { plan: narrow })).toEqual(["concurrency"]);
  });

  it("checks without a plan what events say of each other", () => {
    expect(verifyJournal("run", sound().toSpliced(3, 1), {}).map(({ rule }) => rule)).toEqual(["gap"]);
    expect(verifyJournal("run", sound(), { ended: true })).toEqual([]);
  });
});

describe("replay", () => {
  it("gives the same bytes each time, however the store orders names", () => {
    const events = sound();
    const turned = events.map((event) => Object.fromEntries(Object.entries(event).toReversed()) as unknown as RunEvent);
    const { bytes, state } = replayJournal(plan, "run", events);
    expect(replayJournal(plan, "run", turned).bytes).toBe(bytes);
    expect(stateBytes(state)).toBe(bytes);
    expect(replayJournal(plan, "run", events, 4).state.seq).toBe(4);
  });

  it("says where two states differ", () => {
    const { state } = replayJournal(plan, "run", sound());
    const other = structuredClone(state);
    other.frames[""]!.steps["call"]!.claims = 9;
    other.costUsd += 1;
    expect(stateDifferences(state, other)).toEqual(["/frames//steps/call/claims", "/costUsd"]);
    expect(stateDifferences(state, state)).toEqual([]);
  });
});
