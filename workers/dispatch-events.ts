import type { RunInput } from "../engine/run/input.ts";
import type { Log } from "./log.ts";
import { signalInput } from "./signal-input.ts";

/** Events brought on their way at once. */
const batch = 100;

export interface DispatchParts {
  events: {
    dispatch(
      limit: number,
    ): Promise<{ events: number; heard: { runId: string; signalId: number; payload: unknown }[] }>;
  };
  /** Hands an input to a run, with the row that will be delivered again if this is lost. */
  deliver(runId: string, input: RunInput, options: { signal: number }): Promise<void>;
  log: Log;
}

/** Brings events of the bus to triggers and runs. True when there may be more of them. */
export async function dispatchEvents({ events, deliver, log }: DispatchParts): Promise<boolean> {
  const dispatched = await events.dispatch(batch);
  await Promise.all(
    dispatched.heard.map(async ({ runId, signalId, payload }) => {
      const input = signalInput("event", payload);
      if (input === null) return;
      await deliver(runId, input, { signal: signalId }).catch((error: unknown) => {
        log.debug({ runId, error: String(error) }, "an event is left to the sweep");
      });
    }),
  );
  return dispatched.events === batch;
}
