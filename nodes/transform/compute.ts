import type { Compute } from "../define-node.ts";

export const computeTransform: Compute = (input) => ({ output: input["value"] ?? null });
