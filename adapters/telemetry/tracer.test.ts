import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTelemetry } from "./tracer.ts";

interface Sent {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  links?: { traceId: string }[];
  status?: { code?: number };
  attributes: { key: string; value: Record<string, unknown> }[];
}

const runId = "0b5c6f7e-1a2b-4c3d-8e4f-5a6b7c8d9e0f";
const traceId = runId.replaceAll("-", "");
const own = traceId.slice(16);
const sent: Sent[] = [];
const paths: string[] = [];
const collector = createServer((request, response) => {
  paths.push(request.url ?? "");
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      resourceSpans: { scopeSpans: { spans: Sent[] }[] }[];
    };
    for (const { scopeSpans } of body.resourceSpans) for (const { spans } of scopeSpans) sent.push(...spans);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
});
afterAll(() => collector.close());

const named = (name: string): Sent => sent.find((span) => span.name === name)!;
const attribute = (span: Sent, key: string): unknown =>
  Object.values(span.attributes.find((each) => each.key === key)?.value ?? {})[0];

test("a run is one trace: the request that woke it, turns, steps and model calls stand below its own span", async () => {
  const { port } = collector.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}/`;
  const [web, worker] = [
    createTelemetry({ endpoint, service: "baton-web" }),
    createTelemetry({ endpoint, service: "baton-worker" }),
  ];
  const traceparent = "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01";
  await web.request({ method: "POST", traceparent }, async () => {
    await Promise.resolve();
    web.woke(runId);
    return { route: "/api/v1/workflows/:id/runs", status: 202 };
  });
  await web.request({ method: "GET", traceparent }, async () => ({ route: "/api/v1/runs", status: 500 }));
  await worker.span("turn", { runId }, async () => undefined);
  const failing = worker.span("step agent", { runId, step: "each.0.ask", attempt: 2 }, async (span) => {
    await worker.span("model call", { runId, step: "each.0.ask" }, async (call) =>
      call.note({ "gen_ai.request.model": "m" }),
    );
    // Work for another run that this one's step leads to is none of this step's.
    await worker.span("other", { runId: "1b5c6f7e-1a2b-4c3d-8e4f-5a6b7c8d9e0f" }, async () => undefined);
    span.fail("HTTP_FAILED");
    throw new TypeError("what it says is nobody's business");
  });
  await expect(failing).rejects.toThrow("nobody's business");
  worker.ended({ runId, status: "completed", from: 1_000, to: 2_000 });
  await Promise.all([web.close(), worker.close()]);

  expect(new Set(paths)).toEqual(new Set(["/v1/traces"]));
  expect(named("run")).toMatchObject({ traceId, spanId: own });
  expect(named("run").parentSpanId ?? "").toBe("");
  for (const name of ["POST /api/v1/workflows/:id/runs", "turn", "step agent"])
    expect(named(name), name).toMatchObject({ traceId, parentSpanId: own });
  expect(named("POST /api/v1/workflows/:id/runs").links).toMatchObject([{ traceId: "a".repeat(32) }]);
  expect(named("GET /api/v1/runs")).toMatchObject({
    traceId: "a".repeat(32),
    parentSpanId: "b".repeat(16),
    status: { code: 2 },
  });
  expect(named("model call")).toMatchObject({ traceId, parentSpanId: named("step agent").spanId });
  expect(named("other").traceId).not.toBe(traceId);
  expect(attribute(named("step agent"), "baton.run.id")).toBe(runId);
  expect(attribute(named("step agent"), "baton.step.id")).toBe("each.0.ask");
  expect(Number(attribute(named("step agent"), "baton.step.attempt"))).toBe(2);
  expect(named("step agent").status).toMatchObject({ code: 2 });
  expect(JSON.stringify(sent)).not.toContain("nobody's business");
});

test("a collector that is away costs nobody anything", async () => {
  const lost = createTelemetry({ endpoint: "http://127.0.0.1:9", service: "baton-worker" });
  await expect(lost.span("turn", { runId }, async () => 5)).resolves.toBe(5);
  await lost.close();
});
