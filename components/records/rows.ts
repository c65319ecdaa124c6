import { z } from "zod";
import { asWritten } from "../ui/as-written.ts";

/** A name or a line that somebody wrote, for a place where others read it. What is stored stays as it is. */
export const shownSchema = z.string().transform(asWritten);

interface Answer {
  data: unknown;
  error: { message: string; code?: string } | null;
}

/** The data could not be read. `message` is for people; the cause is Supabase's own answer. */
export class ReadError extends Error {
  constructor(what: string, cause: unknown) {
    super(`Could not read ${what}. Check the connection and try again.`, { cause });
    this.name = "ReadError";
  }
}

/** Rows of an answer, parsed. @throws ReadError when it failed or is in another form. */
export function parseRows<Row>(what: string, schema: z.ZodType<Row>, answer: Answer): Row[] {
  if (answer.error !== null) throw new ReadError(what, answer.error);
  const rows = schema.array().safeParse(answer.data);
  if (!rows.success) throw new ReadError(what, rows.error);
  return rows.data;
}

/** The one row of an answer, or null where there is none (or row-level security hides it: the two are the same to a caller). */
export function parseRow<Row>(what: string, schema: z.ZodType<Row>, answer: Answer): Row | null {
  return parseRows(what, schema, { ...answer, data: answer.data === null ? [] : [answer.data] })[0] ?? null;
}

/** True for an id that Postgres would take as a uuid: others are "not found" without asking. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
