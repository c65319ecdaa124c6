import { afterEach, describe, expect, test } from "vitest";
import { agentSettingsSchema, type AgentSettings } from "../engine/agent.ts";
import { BatonError } from "../engine/errors.ts";
import type { AgentCall, AgentRegistry, PinnedAgent } from "../engine/ports/agents.ts";
import type { Breakers } from "../engine/ports/breakers.ts";
import type { ModelRequest } from "../engine/ports/model.ts";
import type { WorkflowFileInput } from "../engine/workflow/file.ts";
import { checkJournal } from "./faults/journal-check.ts";
import { createMemoryWorker, type MemoryWorker } from "./faults/memory-worker.ts";

const workers: MemoryWorker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((each) => each.close()));
});

const id = (digit: number): string => `00000000-0000-4000-8000-00000000000${digit}`;

function agent(
  digit: number,
  name: string,
  settings: Partial<AgentSettings>,
  more: Partial<PinnedAgent> = {},
): PinnedAgent {
  const made = agentSettingsSchema.parse(settings);
  return { id: id(digit), version: 1, name, status: "active", capabilities: ["write"], settings: made, ...more };
}

function asks(config: object = {}): WorkflowFileInput {
  return {
    schemaVersion: 1,
    name: "Asks",
    nodes: [
      { id: "start", type: "start" },
      {
        id: "say",
        type: "agent",
        config: { agent: { id: id(1), version: null }, prompt: "Go", ...config },
        retry: { maxAttempts: 1 },
      },
    ],
    edges: [{ id: "e", source: "start", target: "say" }],
  };
}

/** A registry of these agents, the first of which is named by the step; models named in `failing` do not answer. */
function setUp(agents: PinnedAgent[], failing: Record<string, BatonError> = {}, open: string[] = []) {
  const asked: ModelRequest[] = [];
  const calls: AgentCall[] = [];
  const told: string[] = [];
  const registry: AgentRegistry = {
    pin: async (_run, ref) => agents.find((each) => each.id === ref.id) ?? null,
    equals: async (_run, named) => agents.filter((each) => each.id !== named.id),
    record: async (call) => void calls.push(call),
  };
  const breakers: Breakers = {
    enter: async ({ name }) =>
      open.includes(name) ? { passes: false, retryAfterMs: 4_000 } : { passes: true, probe: false },
    succeeded: async ({ kind, name }) => void told.push(`${kind} ${name} ok`),
    failed: async ({ kind, name }) => void told.push(`${kind} ${name} failed`),
    list: async () => [],
  };
  const worker = createMemoryWorker({
    agents: registry,
    breakers,
    contracts: (schema, value) =>
      (schema["required"] as string[] | undefined)?.every((name) => Object.hasOwn(value as object, name)) === false
        ? "a field is missing"
        : null,
    model: {
      async answer(request) {
        asked.push(request);
        const failure = failing[request.model ?? ""];
        if (failure !== undefined) throw failure;
        const usage = {
          model: request.model ?? "",
          provider: "p",
          inputTokens: 1,
          outputTokens: 1,
          costUsd: 0.5,
          demo: false,
        };
        return { text: "said", value: request.schema === undefined ? null : { title: "said" }, usage, finish: "stop" };
      },
    },
  });
  workers.push(worker);
  const run = async (file = asks()) => {
    const events = await worker.finish(worker.addRun(file));
    checkJournal(events);
    return events.find((event) => event.type === "step-completed" || event.type === "step-failed");
  };
  return { run, asked, calls, told };
}

const away = new BatonError("MODEL_UNAVAILABLE", "It is away.", {
  details: { usage: { model: "a", provider: "p", inputTokens: 1, outputTokens: 0, costUsd: 0.1, demo: false } },
});

describe("a step that names a registered agent", () => {
  test("asks with the agent's settings and the node's own on top, and its journal says which version answered", async () => {
    const output = { type: "object", properties: { title: { type: "string" } } };
    const one = agent(1, "Writer", { model: "a", instructions: "You write.", temperature: 0.2, maxTokens: 50, output });
    const { run, asked, calls, told } = setUp([{ ...one, version: 3 }]);
    const done = await run(asks({ instructions: "Briefly.", maxTokens: 9, input: { topic: "tea" } }));
    expect(done).toMatchObject({ type: "step-completed", output: { title: "said" } });
    expect(done).toMatchObject({ usage: [{ costUsd: 0.5, agent: { id: id(1), name: "Writer", version: 3 } }] });
    expect(asked[0]).toMatchObject({
      model: "a",
      temperature: 0.2,
      maxTokens: 9,
      schema: { name: "Writer", schema: output },
    });
    expect(asked[0]?.messages).toEqual([
      { role: "system", content: "You write.\n\nBriefly." },
      { role: "user", content: 'Go\n\n{\n  "topic": "tea"\n}' },
    ]);
    expect(calls).toMatchObject([{ stepId: "say", attempt: 1, errorCode: null, costUsd: 0.5, agent: { version: 3 } }]);
    expect(told).toContain(`agent ${id(1)} ok`);
  });

  test("is not begun with what does not fit its input contract", async () => {
    const input = { type: "object", required: ["topic"] };
    const { run, asked } = setUp([agent(1, "Writer", { input }), agent(2, "Other", {})]);
    expect(await run()).toMatchObject({ type: "step-failed", retryAt: null, error: { code: "CONTRACT_BROKEN" } });
    expect(asked).toEqual([]);
  });

  test("that nobody registered fails and says so", async () => {
    const { run } = setUp([]);
    expect(await run()).toMatchObject({ type: "step-failed", error: { code: "AGENT_UNAVAILABLE" } });
  });
});

describe("the next agent of equal capability", () => {
  const second = agent(2, "Second", { model: "b" });

  test("takes over when the named one fails for reasons of its own; both costs count, once", async () => {
    const { run, calls, told } = setUp([agent(1, "First", { model: "a" }), second], { a: away });
    const done = await run();
    expect(done).toMatchObject({
      type: "step-completed",
      usage: [
        { costUsd: 0.1, agent: { name: "First" } },
        { costUsd: 0.5, agent: { name: "Second" } },
      ],
    });
    expect(JSON.stringify(done)).toContain("Second answered instead of First.");
    expect(calls.map(({ agent, errorCode }) => [agent.id, errorCode])).toEqual([
      [id(1), "MODEL_UNAVAILABLE"],
      [id(2), null],
    ]);
    expect(told).toEqual(expect.arrayContaining([`agent ${id(1)} failed`, `agent ${id(2)} ok`]));
  });

  test("takes over while the named one's breaker is open or it is disabled, without asking it", async () => {
    const open = setUp([agent(1, "First", { model: "a" }), second], {}, [id(1)]);
    expect(await open.run()).toMatchObject({ type: "step-completed" });
    expect(open.asked.map(({ model }) => model)).toEqual(["b"]);
    const off = setUp([agent(1, "First", { model: "a" }, { status: "disabled" }), second]);
    expect(await off.run()).toMatchObject({ type: "step-completed" });
    expect(off.asked.map(({ model }) => model)).toEqual(["b"]);
  });

  test("is not one that asks for more or promises less", async () => {
    const output = { type: "object", properties: { title: { type: "string" } }, required: ["title"] };
    const named = agent(1, "First", { model: "a", output });
    const greedy = agent(2, "Greedy", { model: "b", output, input: { type: "object", required: ["topic"] } });
    const vague = agent(3, "Vague", { model: "b", output: { type: "object" } });
    const free = agent(4, "Free", { model: "b" });
    const { run, asked } = setUp([named, greedy, vague, free], { a: away });
    expect(await run()).toMatchObject({
      type: "step-failed",
      error: { code: "MODEL_UNAVAILABLE" },
      usage: [{ costUsd: 0.1 }],
    });
    expect(asked).toHaveLength(1);
  });

  test("is not asked where the fault is the author's", async () => {
    const wrong = new BatonError("MODEL_NOT_CONFIGURED", "There is no such model.");
    const { run, asked, told } = setUp([agent(1, "First", { model: "a" }), second], { a: wrong });
    expect(await run()).toMatchObject({ type: "step-failed", error: { code: "MODEL_NOT_CONFIGURED" } });
    expect(asked).toHaveLength(1);
    expect(told.filter((each) => each.startsWith("agent"))).toEqual([]);
  });
});
