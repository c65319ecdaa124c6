import type { Plan } from "../workflow/plan.ts";
import type { EventBody, EventOf } from "./event.ts";
import type { RunInput } from "./input.ts";
import { lookUp, stepParts } from "./path.ts";
import type { RunState } from "./state.ts";
import { isStepEnded } from "./status.ts";

/**
 * The step from which a retry goes on: the one that was named, or, where its frame is closed (an iteration that ended), the nearest
 * container around it that is there. Null where the run knows nothing of it.
 */
export function retryTarget(state: RunState, from: string): string | null {
  for (let step = from; step !== "";) {
    if (lookUp(state, step) !== undefined) return step;
    // The frame `each.3` is an execution of the container `each`.
    step = stepParts(stepParts(step).frame).frame;
  }
  const bare = Object.values(state.frames).find((frame) => Object.hasOwn(frame.steps, from));
  return bare === undefined ? null : `${bare.id}.${from}`;
}

/** What of a change still applies: variables the workflow declares, and inputs of steps that have not ended. */
export function changeEvents(
  plan: Plan,
  state: RunState,
  { by, vars, inputs }: Extract<RunInput, { type: "change" }>,
): EventBody[] {
  if (state.status === "queued") return [];
  const declared = new Set(plan.file.variables.map(({ name }) => name));
  const kept = {
    vars: Object.fromEntries(Object.entries(vars).filter(([name]) => declared.has(name))),
    inputs: Object.fromEntries(
      Object.entries(inputs).filter(([step]) => {
        const record = lookUp(state, step)?.record;
        const node = plan.nodes.get(stepParts(step).node);
        return record !== undefined && node?.behaviour === "effect" && !isStepEnded(record.status);
      }),
    ),
  };
  if (Object.keys(kept.vars).length + Object.keys(kept.inputs).length === 0) return [];
  return [{ type: "run-changed", by, ...kept }];
}

/** Folds a change in: variables at once, a step's input from its next attempt. */
export function applyChange(state: RunState, { vars, inputs }: EventOf<"run-changed">): void {
  for (const [name, value] of Object.entries(vars)) state.vars[name] = value;
  for (const [step, input] of Object.entries(inputs)) {
    const record = lookUp(state, step)?.record;
    if (record !== undefined) record.override = input;
  }
}

type PauseOrResume = Extract<RunInput, { type: "pause" | "resume" }>;

/** What pausing or resuming comes to; null when it changes nothing. */
export function controlEvent(state: RunState, input: PauseOrResume): EventBody | null {
  const goesOn = state.status === "running" || state.status === "waiting";
  if (isOvertaken(state, input)) return null;
  if (input.type === "pause") return goesOn ? { type: "run-paused", by: input.by, ...numberOf(input) } : null;
  // A pause asked for before may come after: that it is void must stand in the journal.
  const voids = goesOn && input.signal !== undefined;
  return state.status === "paused" || voids ? { type: "run-resumed", by: input.by, ...numberOf(input) } : null;
}

/** Asked for before something that is in the journal already: it came twice, or late. */
export function isOvertaken(state: RunState, { signal }: { signal?: number | undefined }): boolean {
  return signal !== undefined && signal <= (state.control ?? 0);
}

/** What people ask for one after another. */
export function isNumbered(input: RunInput): input is Extract<RunInput, { type: "pause" | "resume" | "retry" }> {
  return input.type === "pause" || input.type === "resume" || input.type === "retry";
}

export function numberOf({ signal }: { signal?: number | undefined }): { signal?: number } {
  return signal === undefined ? {} : { signal };
}
