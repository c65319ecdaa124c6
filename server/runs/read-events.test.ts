import { beforeEach, expect, test } from "vitest";
import type { RunEvent } from "../../engine/run/event.ts";
import { callerOf, memory, memoryServices, type Memory } from "../test-services.ts";
import { followRun, readEvents, type StreamItem } from "./read-events.ts";
import type { Services } from "../services.ts";

const caller = callerOf("viewer");
const runId = "00000000-0000-4000-8000-0000000000aa";

let at: Memory;
let services: Services;
beforeEach(() => {
  at = memory();
  services = memoryServices(at);
  at.runs.set(runId, {
    id: runId,
    orgId: caller.orgId,
    key: null,
    workflowId: runId,
    workflowName: "x",
    version: 1,
    status: "queued",
    cost: 0,
    createdAt: "2026-03-01T12:00:00Z",
    startedAt: null,
    endedAt: null,
    input: null,
    output: null,
    error: null,
    inputTokens: 0,
    outputTokens: 0,
    modelLabel: null,
    priority: 0,
    lastSeq: 0,
  });
  at.events.set(runId, []);
});

function append(count: number, status: "running" | "completed" = "running"): void {
  const run = at.runs.get(runId)!;
  for (let index = 0; index < count; index++) {
    run.lastSeq += 1;
    at.events.get(runId)!.push({ type: "run-started", seq: run.lastSeq, at: at.now } satisfies RunEvent);
  }
  run.status = status;
}

function follow(options: { after?: number; pulseMs?: number; signal?: AbortSignal; allowed?: () => boolean } = {}) {
  const { after = 0, pulseMs = 60_000, signal = new AbortController().signal, allowed = () => true } = options;
  return followRun(services, caller.orgId, runId, { after, pulseMs, signal, allowed: async () => allowed() });
}

function seqsOf(items: StreamItem[]): number[] {
  return items.flatMap((item) => (item !== null && "event" in item ? [item.event.seq] : []));
}

test("a stream gives every event once and in order, and then the end", async () => {
  append(1_200);
  const items: StreamItem[] = [];
  for await (const item of follow({ after: 3 })) {
    items.push(item);
    if (items.length === 1_197) append(700);
    if (items.length === 1_500) append(1, "completed");
  }
  expect(seqsOf(items)).toEqual(Array.from({ length: 1_898 }, (_, index) => index + 4));
  expect(items.at(-1)).toEqual({ ended: "completed" });
});

test("a silent stream pulses, and wakes for what is appended later", async () => {
  append(1);
  const items: StreamItem[] = [];
  for await (const item of follow({ pulseMs: 20 })) {
    items.push(item);
    if (items.filter((one) => one === null).length === 2) append(1, "completed");
  }
  expect(seqsOf(items)).toEqual([1, 2]);
});

test("a reader who leaves or loses the right stops the stream", async () => {
  append(2);
  const stop = new AbortController();
  const seen: StreamItem[] = [];
  for await (const item of follow({ signal: stop.signal })) {
    seen.push(item);
    if (seen.length === 2) stop.abort();
  }
  expect(seqsOf(seen)).toEqual([1, 2]);

  let allowed = true;
  const later: StreamItem[] = [];
  for await (const item of follow({ pulseMs: 10, allowed: () => allowed })) {
    later.push(item);
    if (item === null) allowed = false;
  }
  expect(later.at(-1)).toBeNull();
  at.runs.delete(runId);
  for await (const item of follow()) expect.unreachable(JSON.stringify(item));
});

test("a page says where the next one begins", async () => {
  append(5);
  const first = await readEvents(services.runs, caller, runId, { after: 0, limit: 3 });
  expect([first.events.length, first.nextAfter, first.status]).toEqual([3, 3, "running"]);
  const last = await readEvents(services.runs, caller, runId, { after: 3, limit: 3 });
  expect([last.events.length, last.nextAfter]).toEqual([2, null]);
  const stranger = callerOf("owner", { orgId: "00000000-0000-4000-8000-00000000000b" });
  await expect(readEvents(services.runs, stranger, runId, { after: 0, limit: 3 })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});
