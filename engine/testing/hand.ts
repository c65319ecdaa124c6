import type { ErrorRecord } from "../errors.ts";
import type { Json } from "../json.ts";
import { apply, emptyState } from "../run/fold.ts";
import type { RunEvent } from "../run/event.ts";
import type { RunCommand, RunInput } from "../run/input.ts";
import { projectRun } from "../run/projection.ts";
import type { RunState } from "../run/state.ts";
import { transition } from "../run/transition.ts";
import { compile } from "../workflow/compile.ts";
import type { WorkflowFileInput } from "../workflow/file.ts";
import type { Plan } from "../workflow/plan.ts";
import { testCatalogue } from "./catalogue.ts";

/** Who does what a person does in these tests. */
export const by = { kind: "user" as const, id: null, label: "Ada" };
/** How steps fail here, unless a test says otherwise. */
export const failure: ErrorRecord = { code: "HTTP_FAILED", message: "no answer", retryable: true };
export const start = { id: "start", type: "start" };

/** The plan of nodes and `[source, target, port?]` edges. @throws when they do not compile */
export function planOf(
  nodes: WorkflowFileInput["nodes"],
  edges: [string, string, string?][],
  rest: Partial<WorkflowFileInput> = {},
): Plan {
  const source: WorkflowFileInput = {
    schemaVersion: 1,
    name: "test",
    nodes,
    edges: edges.map(([from, to, sourcePort], index) => ({
      id: `e${index}`,
      source: from,
      target: to,
      ...(sourcePort === undefined ? {} : { sourcePort }),
    })),
    ...rest,
  };
  const compiled = compile(source, testCatalogue);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.plan;
}

/** A run driven by hand, input by input. */
export class Hand {
  state: RunState = emptyState("run");
  events: RunEvent[] = [];
  commands: RunCommand[] = [];
  now = 1_000;
  readonly plan: Plan;

  constructor(plan: Plan, input: Json = {}) {
    this.plan = plan;
    const queued: RunEvent = {
      type: "run-queued",
      input,
      workflowId: "00000000-0000-4000-8000-000000000000",
      version: 1,
      by,
      trigger: "api",
      seq: 1,
      at: 0,
    };
    this.state = apply(plan, this.state, queued);
    this.events.push(queued);
    this.give({ type: "start" });
  }

  /** Gives an input; answers the events' types. Commands are those of this turn alone. */
  give(input: RunInput): string[] {
    const turn = transition(this.plan, this.state, input, this.now);
    this.state = turn.state;
    this.events.push(...turn.events);
    this.commands = turn.commands;
    return turn.events.map((event) => event.type);
  }

  prepare(step: string, attempt = 1): string[] {
    return this.give({ type: "prepared", step, attempt, prepared: { kind: "effect", input: {} } });
  }

  compute(step: string, output: RunState["output"] = null, ports?: string[]): string[] {
    const outcome = { output, ...(ports === undefined ? {} : { ports }) };
    return this.give({ type: "prepared", step, attempt: 1, prepared: { kind: "computed", outcome, input: null } });
  }

  succeed(step: string, output: RunState["output"] = null, attempt = 1): string[] {
    return this.give({ type: "succeeded", step, attempt, outcome: { output } });
  }

  fail(step: string, attempt = 1, error = failure): string[] {
    return this.give({ type: "failed", step, attempt, error });
  }

  of<T extends RunCommand["type"]>(type: T): Extract<RunCommand, { type: T }>[] {
    return this.commands.filter((command): command is Extract<RunCommand, { type: T }> => command.type === type);
  }

  status(step: string): string | undefined {
    return projectRun(this.plan, "run", this.events).steps.find((each) => each.step === step)?.status;
  }
}
