import { z } from "zod";
import type { StepControl } from "../../engine/ports/step-control.ts";
import { channels } from "./keys.ts";
import type { PubSub } from "./pub-sub.ts";

const abortSchema = z.object({ runId: z.string(), steps: z.array(z.string()) });

/** Aborts and acknowledgements between workers, by Redis pub/sub. Lost ones are made good by re-delivery and time limits. */
export function createStepControl(pubSub: PubSub): StepControl {
  return {
    async abort(runId, steps) {
      await pubSub.send(channels.abort, [{ runId, steps }]);
    },
    onAbort(listener) {
      return pubSub.subscribe(channels.abort, (message) => {
        const parsed = abortSchema.safeParse(message);
        if (parsed.success) listener(parsed.data.runId, parsed.data.steps);
      });
    },
    async acknowledge(replyTo, entryIds) {
      for (const id of entryIds) pubSub.publish(channels.acknowledge(replyTo), id);
    },
    onAcknowledge(worker, listener) {
      return pubSub.subscribe(channels.acknowledge(worker), (message) => {
        if (typeof message === "string") listener([message]);
      });
    },
  };
}
