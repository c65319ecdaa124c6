// What Prometheus reads of a running stack: the figures are those of what was done to it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, until, type TestApi } from "../http/test-api.ts";

let api: TestApi;
/** What came to the collector: one text for each batch of spans. */
const traced: string[] = [];
const collector = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => (body += text));
  request.on("end", () => {
    traced.push(body);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
});
const failing = createServer((_request, response) => response.writeHead(503).end());

beforeAll(async () => {
  await new Promise<void>((resolve) => failing.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const [{ port }, { port: collectorPort }] = [failing.address() as AddressInfo, collector.address() as AddressInfo];
  api = await startTestApi(undefined, {
    BATON_ALLOW_PRIVATE: `127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}`,
  });
}, 120_000);
afterAll(async () => {
  failing.close();
  collector.close();
  await api?.stop();
});

/** The sum of a figure over its labels; null where no line names it. */
function figure(text: string, name: string, labels = ""): number | null {
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const found = lines.filter((line) => line.includes(labels));
  return found.length === 0 ? null : found.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

async function scrape(): Promise<string> {
  const response = await fetch(`${api.url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("version=0.0.4");
  return response.text();
}

/** Names of the spans of one trace, as far as they have come. */
function spansOf(trace: string): string[] {
  const batches = traced.map((text) => JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] });
  const spans = batches.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );
  return spans.filter(({ traceId }) => traceId === trace).map(({ name }) => name);
}

interface Span {
  traceId: string;
  name: string;
}

test("queues, times, breakers, probes and recoveries of a stack under way can be read, and no tenant's name", async () => {
  const { port } = failing.address() as AddressInfo;
  const nodes = [
    { id: "start", type: "start" },
    {
      id: "call",
      type: "http",
      retry: { maxAttempts: 1 },
      config: { method: "GET", url: `http://127.0.0.1:${port}/` },
    },
  ];
  const edges = [{ id: "a", source: "start", target: "call" }];
  const owner = api.home.keys.owner;
  const body = { schemaVersion: 1, name: "Calls in vain", nodes, edges };
  const made = await api.call("POST", "/workflows", { as: owner, body });
  expect(made.status, made.text).toBe(201);
  const ids: string[] = [];
  for (let run = 0; run < 6; run++) {
    const started = await api.call("POST", `/workflows/${made.json.id}/runs?wait=20`, {
      as: owner,
      body: { input: {} },
    });
    expect(started.json.status, started.text).toBe("failed");
    ids.push(started.json.id);
  }
  const told = await until(
    "what the worker measured",
    scrape,
    (text) => (figure(text, "baton_step_seconds_count") ?? 0) >= 6,
  );
  expect(figure(told, "baton_turn_seconds_count")).toBeGreaterThan(0);
  expect(figure(told, "baton_breakers", 'state="open"')).toBe(1);
  expect(figure(told, "baton_lease_losses_total")).toBe(0);
  expect(figure(told, "baton_probes_total")).toBeGreaterThan(0);
  expect(figure(told, "baton_workers")).toBe(1);
  for (const queue of ["baton-steps", "baton-wakes"]) {
    expect(figure(told, "baton_queue_jobs", `queue="${queue}",state="waiting"`)).not.toBeNull();
    expect(figure(told, "baton_queue_oldest_seconds", `queue="${queue}"`)).not.toBeNull();
  }
  for (const part of ["workers", "queues", "database", "breakers"])
    expect(figure(told, "baton_up", `part="${part}"`), part).toBe(1);
  for (const word of [api.home.id, "Home", "Calls in vain", made.json.id]) expect(told).not.toContain(word);

  const trace = (ids.at(-1) ?? "").replaceAll("-", "");
  const spans = await until(
    "the last run's trace",
    async () => spansOf(trace),
    (names) => names.includes("run"),
  );
  expect(spans).toEqual(expect.arrayContaining(["run", "turn", "step http"]));
  for (const word of [api.home.id, "Calls in vain", `:${port}/`]) expect(traced.join("")).not.toContain(word);

  await api.kill("worker");
  const after = await until(
    "the take-over",
    scrape,
    (text) => (figure(text, "baton_recovery_seconds_count") ?? 0) >= 1,
    60_000,
  );
  expect(figure(after, "baton_recovery_seconds_sum")).toBeLessThan(60);
}, 120_000);
