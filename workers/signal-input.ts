import { z } from "zod";
import { errorRecordSchema } from "../engine/errors.ts";
import { actorSchema, decisionSchema } from "../engine/run/event.ts";
import type { MailEntry } from "../engine/ports/run-mailbox.ts";
import { isNumbered } from "../engine/run/control.ts";
import type { RunInput } from "../engine/run/input.ts";

const by = actorSchema;
const decided = z.object({
  ...decisionSchema.shape,
  stepId: z.string(),
  fields: decisionSchema.shape.fields.nullable(),
});
const childEnded = z.object({
  stepId: z.string(),
  childId: z.string(),
  status: z.enum(["completed", "failed", "cancelled"]),
  output: z.json(),
  error: errorRecordSchema.nullable(),
  costUsd: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  demo: z.boolean(),
});
const received = z.object({
  id: z.string().max(300),
  name: z.string().max(200),
  key: z.string().max(2_000).nullable(),
  payload: z.json(),
});
const escalated = z.object({ approvalId: z.string(), stepId: z.string(), deadlineAt: z.number() });

/** An entry's input; what people asked for one after another takes its signal's number along, for it may arrive in another order. */
export function numbered({ input, signal }: Pick<MailEntry, "input" | "signal">): RunInput {
  return isNumbered(input) && signal !== undefined ? { ...input, signal } : input;
}

/**
 * The input that a row of run_signals announces; null when its payload is not what its kind promises (nothing in the product
 * writes such a row). Times are epoch ms.
 */
export function signalInput(kind: string, payload: unknown): RunInput | null {
  switch (kind) {
    case "decision": {
      const parsed = decided.safeParse(payload);
      if (!parsed.success) return null;
      const { stepId, fields, via, approvalId, decision, comment, by } = parsed.data;
      return {
        type: "decided",
        step: stepId,
        decision: { approvalId, decision, comment, fields: fields ?? {}, by, via, expired: via === "system" },
      };
    }
    case "timer": {
      const parsed = escalated.safeParse(payload);
      if (!parsed.success) return null;
      const { stepId, approvalId, deadlineAt } = parsed.data;
      return { type: "escalated", step: stepId, approvalId, deadline: deadlineAt };
    }
    case "cancel": {
      const parsed = z.object({ by, reason: z.string().default("") }).safeParse(payload);
      return parsed.success ? { type: "cancel", ...parsed.data } : null;
    }
    case "child": {
      const parsed = childEnded.safeParse(payload);
      if (!parsed.success) return null;
      const { stepId, ...end } = parsed.data;
      return { type: "child-ended", step: stepId, ...end };
    }
    case "event": {
      const parsed = received.safeParse(payload);
      return parsed.success ? { type: "event-received", ...parsed.data } : null;
    }
    case "pause":
    case "resume": {
      const parsed = z.object({ by }).safeParse(payload);
      return parsed.success ? { type: kind, ...parsed.data } : null;
    }
    case "change": {
      const values = z.record(z.string(), z.json());
      const parsed = z.object({ by, vars: values, inputs: values }).safeParse(payload);
      return parsed.success ? { type: "change", ...parsed.data } : null;
    }
    case "retry": {
      const parsed = z.object({ by, from: z.string().nullable().default(null) }).safeParse(payload);
      return parsed.success ? { type: "retry", ...parsed.data } : null;
    }
    default:
      return null;
  }
}
