import { weigh } from "../json.ts";
import type { Behaviour } from "../workflow/definition.ts";
import type { Plan } from "../workflow/plan.ts";
import type { RunEvent } from "./event.ts";
import { apply, emptyState } from "./fold.ts";
import type { RunCommand, RunInput } from "./input.ts";
import type { RunState } from "./state.ts";
import { isRunEnded } from "./status.ts";
import { largeJson } from "./artifact.ts";
import { transition } from "./transition.ts";

type PrepareCommand = Extract<RunCommand, { type: "prepare" }>;

/** Answers `prepare` commands on the spot; null when that needs more than computing here (the sandbox). */
type Prepare = (state: RunState, commands: PrepareCommand[]) => RunInput[] | null;

/**
 * Bytes of events beyond which a run is left to a worker, which has limits of its own and says so when one is broken. So is one with a
 * value that may not travel inline.
 */
const mostBytes = 1_000_000;

const computing: ReadonlySet<Behaviour> = new Set([
  "entry",
  "compute",
  "loop",
  "parallel",
  "try",
  "each",
  "break",
  "continue",
  "end",
  "output",
  "note",
]);

/** Whether runs of this plan may end without asking anything of the world. */
export function onlyComputes(plan: Plan): boolean {
  return [...plan.nodes.values()].every((node) => computing.has(node.behaviour));
}

/**
 * A run turned before it is stored, for workflows that only compute: when it ends this way, all of it is written in one go. Nothing
 * has happened in the world until then, so whoever finds that it must wait for something drops it, and a worker begins anew.
 */
export interface ImmediateRun {
  /**
   * Turns for about `events` events more. "ended": `state` and `events` are the whole run. "outside": the run wants something
   * of the world, and is not for here.
   */
  advance(events: number): "more" | "ended" | "outside";
  readonly state: RunState;
  readonly events: readonly RunEvent[];
}

/** @param queued the run's first event, number 1 */
export function immediateRun(
  plan: Plan,
  runId: string,
  queued: RunEvent,
  prepare: Prepare,
  now: () => number,
): ImmediateRun {
  let state = apply(plan, emptyState(runId), queued);
  const events: RunEvent[] = [queued];
  let inputs: RunInput[] = [{ type: "start" }];
  let next = 0;
  let bytesLeft = mostBytes - weigh(queued, mostBytes);
  const toPrepare = new Map<string, PrepareCommand>();

  /** One input. False when it asks for what only a worker gives. */
  const turn = (input: RunInput): boolean => {
    let large = false;
    const turned = transition(plan, state, input, now(), (value) => {
      large ||= largeJson(value) !== null;
      return value;
    });
    state = turned.state;
    for (const event of turned.events) events.push(event);
    bytesLeft -= weigh(turned.events, bytesLeft);
    if (bytesLeft < 0 || large) return false;
    for (const command of turned.commands) {
      if (command.type === "prepare") toPrepare.set(command.step, command);
      // The run's own time limit is called off again when it ends; a step's retry or deadline has to be waited for.
      else if (command.type !== "arm-timer" && command.type !== "disarm-timer") return false;
    }
    return true;
  };

  return {
    get state() {
      return state;
    },
    events,
    advance(most) {
      const enough = events.length + most;
      while (events.length < enough) {
        const input = inputs[next];
        if (input !== undefined) {
          next += 1;
          if (!turn(input)) return "outside";
        } else if (isRunEnded(state.status)) {
          return "ended";
        } else if (toPrepare.size === 0) {
          return "outside";
        } else {
          const answers = prepare(state, [...toPrepare.values()]);
          if (answers === null) return "outside";
          toPrepare.clear();
          inputs = answers;
          next = 0;
        }
      }
      return isRunEnded(state.status) && inputs[next] === undefined ? "ended" : "more";
    },
  };
}
