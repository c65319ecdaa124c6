import type { Execute } from "../define-node.ts";
import { emittedEvent } from "./compute.ts";

export const executeEmit: Execute = async (context, input) => {
  const emitted = emittedEvent(input);
  await context.publish(emitted);
  return { output: { event: emitted.name, key: emitted.key }, emitted };
};
