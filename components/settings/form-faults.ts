import type { z } from "zod";
import { ApiError, errorWords, type ApiFault } from "../api-client.ts";

/** What is wrong with a form, by its first field's name, as the contract says it. Empty when nothing is. */
export function formFaults(schema: z.ZodType, value: unknown): Record<string, string> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return {};
  const faults: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) faults[String(path[0] ?? "")] ??= sentence(message);
  return faults;
}

/** "must have 6 characters" stands alone beneath its field. */
function sentence(message: string): string {
  return /[.?]$/.test(message) ? message : `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

/** Why a call failed, for an ErrorState. */
export interface Failure {
  description: string;
  faults: readonly ApiFault[];
}

export function failureOf(thrown: unknown): Failure {
  return { description: errorWords(thrown), faults: thrown instanceof ApiError ? thrown.faults : [] };
}
