import { AsyncLocalStorage } from "node:async_hooks";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";
import type { Attributes, Context, Span, SpanContext } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, RandomIdGenerator, TracerProvider } from "@opentelemetry/sdk-trace";
import type { IdGenerator } from "@opentelemetry/sdk-trace";
import type { RequestTracer, SpanFacts, Tracer } from "../../engine/ports/tracer.ts";

export interface TelemetryOptions {
  /** Base address of an OTLP collector, as OTEL_EXPORTER_OTLP_ENDPOINT gives it. Nothing is sent anywhere else. */
  endpoint: string;
  /** `baton-web` or `baton-worker`. */
  service: string;
}

export interface Telemetry extends Tracer, RequestTracer {
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Ids of its own choice for a run's own span, random ones for all others. */
class RunIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  chosen: { traceId: string; spanId: string } | null = null;
  generateTraceId = (): string => this.chosen?.traceId ?? this.#random.generateTraceId();
  generateSpanId = (): string => this.chosen?.spanId ?? this.#random.generateSpanId();
}

const closeMs = 2_000;
const headerPattern = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;

/** OpenTelemetry over OTLP. A collector that is away costs spans and nothing else. */
export function createTelemetry({ endpoint, service }: TelemetryOptions): Telemetry {
  const ids = new RunIds();
  const url = `${endpoint.replace(/\/+$/, "")}/v1/traces`;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }), scheduledDelayMillis: 1_000 })],
  });
  const tracer = provider.getTracer("baton");
  const under = new AsyncLocalStorage<{ runId: string; context: Context }>();
  const requests = new AsyncLocalStorage<{ runId: string | null }>();

  return {
    async span(name, facts, work) {
      const above = under.getStore();
      const parent = above?.runId === facts.runId ? above.context : contextOf(facts.runId);
      const span = tracer.startSpan(name, { attributes: attributesOf(facts) }, parent);
      try {
        return await under.run({ runId: facts.runId, context: trace.setSpan(parent, span) }, () =>
          work({ note: (more) => void span.setAttributes(more), fail: (code) => failed(span, code) }),
        );
      } catch (error) {
        failed(span, error instanceof Error ? error.name : "Error");
        throw error;
      } finally {
        span.end();
      }
    },
    ended({ runId, status, from, to }) {
      ids.chosen = idsOf(runId);
      const span = tracer.startSpan("run", { startTime: from, root: true, attributes: attributesOf({ runId }) });
      ids.chosen = null;
      span.setAttribute("baton.run.status", status);
      if (status === "failed") failed(span, "failed");
      span.end(to);
    },
    async request({ method, traceparent }, work) {
      const startTime = Date.now();
      const about: { runId: string | null } = { runId: null };
      const caller = callerOf(traceparent);
      const answer = await requests.run(about, work);
      const own = about.runId === null ? null : contextOf(about.runId);
      const parent = own ?? (caller === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, caller));
      const span = tracer.startSpan(
        `${method} ${answer.route}`,
        {
          kind: SpanKind.SERVER,
          startTime,
          attributes: { "http.request.method": method, "http.route": answer.route },
          // In the run's trace the caller's is only pointed at: a span stands in one trace.
          links: own !== null && caller !== null ? [{ context: caller }] : [],
        },
        parent,
      );
      if (about.runId !== null) span.setAttribute("baton.run.id", about.runId);
      span.setAttribute("http.response.status_code", answer.status);
      if (answer.status >= 500) failed(span, String(answer.status));
      span.end();
    },
    woke(runId) {
      const about = requests.getStore();
      if (about !== undefined) about.runId ??= runId;
    },
    async close() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}

/** A run's id has as many bits as a trace's; the half of it is the run's own span. */
function idsOf(runId: string): { traceId: string; spanId: string } {
  const traceId = runId.replaceAll("-", "").toLowerCase();
  return { traceId, spanId: traceId.slice(16) };
}

function contextOf(runId: string): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { ...idsOf(runId), traceFlags: TraceFlags.SAMPLED, isRemote: true });
}

function callerOf(traceparent: string | undefined): SpanContext | null {
  const [, traceId, spanId, flags] = headerPattern.exec(traceparent ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  const caller = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return trace.isSpanContextValid(caller) ? caller : null;
}

function attributesOf({ runId, step, attempt, attributes }: SpanFacts): Attributes {
  return {
    "baton.run.id": runId,
    ...(step === undefined ? {} : { "baton.step.id": step }),
    ...(attempt === undefined ? {} : { "baton.step.attempt": attempt }),
    ...attributes,
  };
}

function failed(span: Span, code: string): void {
  span.setAttribute("error.type", code);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
