/** What a span is about. Never what people wrote or models said: whoever reads traces may not read runs. */
export interface SpanFacts {
  runId: string;
  step?: string;
  attempt?: number;
  /** Names by the semantic conventions of OpenTelemetry. */
  attributes?: Record<string, string | number | boolean>;
}

/** Lets the work under way say more of its span. */
export interface OpenSpan {
  note(attributes: Record<string, string | number | boolean>): void;
  /** It came to nothing; `code` is an error's code, not its text. */
  fail(code: string): void;
}

/** Spans of runs: each run is one trace, whose id is the run's own, whichever processes work on it. */
export interface Tracer {
  /** Times work for a run; what it begins in turn stands below it. */
  span<T>(name: string, facts: SpanFacts, work: (span: OpenSpan) => Promise<T>): Promise<T>;
  /** Says the run itself, when it is over: the span that all others of it stand below. Times in epoch ms. */
  ended(run: { runId: string; status: string; from: number; to: number }): void;
}

/** Spans of requests. One by which a run is woken stands in that run's trace, others in the caller's or their own. */
export interface RequestTracer {
  request(
    facts: { method: string; traceparent: string | undefined },
    work: () => Promise<{ route: string; status: number }>,
  ): Promise<void>;
  /** The request under way, if there is one, woke this run. */
  woke(runId: string): void;
}
