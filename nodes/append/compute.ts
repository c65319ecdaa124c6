import { BatonError } from "../../engine/errors.ts";
import type { Compute } from "../define-node.ts";

export const computeAppend: Compute = (input) => {
  const { items, close } = input;
  if (!Array.isArray(items))
    throw new BatonError(
      "LOOP_INPUT",
      `Items to append must be a list, but were ${JSON.stringify(items ?? null).slice(0, 80)}.`,
    );
  return {
    output: { appended: items.length },
    append: { loop: String(input["loop"]), items, close: close === true },
  };
};
