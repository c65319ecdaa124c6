import { z } from "zod";

/** Days back, of the calendar of a time zone. */
export const numbersQuerySchema = z.strictObject({
  days: z.coerce.number().int().min(1).max(90).default(30),
  timeZone: z.string().max(100).refine(isTimeZone, "is not a time zone such as Europe/Berlin").default("UTC"),
});

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // That is how a name that is none is told.
    return false;
  }
}

const counts = {
  completed: z.int(),
  failed: z.int(),
  cancelled: z.int(),
  /** Not over yet. */
  open: z.int(),
  costUsd: z.number(),
};

/** Runs and cost of a workflow, by the day on which runs were started; days without any are left out. */
export const workflowNumbersSchema = z.strictObject({
  days: z.array(z.strictObject({ day: z.iso.date(), ...counts })),
  total: z.strictObject(counts),
});
export type WorkflowNumbers = z.infer<typeof workflowNumbersSchema>;
