import type { Plan } from "../workflow/plan.ts";
import type { EventBody, EventOf } from "./event.ts";
import type { RunInput } from "./input.ts";
import { stepParts } from "./path.ts";
import type { RunState, Step } from "./state.ts";
import { isStepEnded } from "./status.ts";

/**
 * The step from which a retry goes on: the one that was named, or, where its frame is closed (an iteration that ended), the nearest
 * container around it that is there. Null where the run knows nothing of it.
 */
export function retryTarget(state: RunState, from: string): string | null {
  for (let step = from; step !== "";) {
    const { frame, node } = stepParts(step);
    if (state.frames[frame]?.steps[node] !== undefined) return step;
    // The frame `each.3` is an execution of the container `each`.
    step = stepParts(frame).frame;
  }
  const bare = Object.values(state.frames).find((frame) => frame.steps[from] !== undefined);
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
        const record = recordOf(state, step);
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
    const record = recordOf(state, step);
    if (record !== undefined) record.override = input;
  }
}

function recordOf(state: RunState, step: string): Step | undefined {
  const { frame, node } = stepParts(step);
  return state.frames[frame]?.steps[node];
}
