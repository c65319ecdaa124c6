import { z } from "zod";
import { eventPageSchema, runSchema } from "../contracts/api/run.ts";
import type { Json } from "../engine/json.ts";
import { runEventSchema, type RunEvent } from "../engine/run/event.ts";
import { compile } from "../engine/workflow/compile.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";
import type { Api } from "./api.ts";
import { CliFailure, wrongUsage } from "./failure.ts";

const fileSchema: z.ZodType<Json> = z.json();
/** What is needed of a run here; whatever else it has is left alone. */
const headSchema = z.object(
  runSchema.pick({ workflowId: true, version: true, status: true, cost: true, seq: true }).shape,
);
export type RunHead = z.infer<typeof headSchema>;

/** @throws CliFailure (wrong usage) for what is not the id of a run */
export function runIdOf(text: string): string {
  if (z.uuid().safeParse(text).success) return text;
  throw wrongUsage(`"${text}" is not the id of a run. List them: npm run baton -- runs`);
}

/** What the run's row says. */
export function readHead(api: Api, runId: string): Promise<RunHead> {
  return api.ask(`/runs/${runId}`, headSchema);
}

/** The journal, page by page. */
export async function* readEvents(api: Api, runId: string): AsyncGenerator<RunEvent> {
  for (let after: number | null = 0; after !== null;) {
    const page: z.infer<typeof eventPageSchema> = await api.ask(
      `/runs/${runId}/events?after=${after}&limit=1000`,
      eventPageSchema,
    );
    for (const event of page.events) yield runEventSchema.parse(event) as RunEvent;
    after = page.nextAfter;
  }
}

/** A run stays on the version it began with, so it is read by that one. */
export async function planOf(api: Api, run: { workflowId: string; version: number }): Promise<Plan> {
  const source = await api.ask(`/workflows/${run.workflowId}/export?version=${run.version}`, fileSchema);
  const compiled = compile(source, catalogue);
  if (compiled.ok) return compiled.plan;
  throw new CliFailure(
    `Version ${run.version} of the run's workflow does not compile with this Baton. Try logs --json.`,
  );
}
