import type { z } from "zod";

/** What is wrong with an agent by the field it stands in: those of its settings by their own name. */
export function agentFaults(schema: z.ZodType, body: unknown): Record<string, string> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return {};
  const faults: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) {
    const field = String((path[0] === "settings" ? path[1] : path[0]) ?? "");
    faults[field] ??= `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.?]$/.test(message) ? "" : "."}`;
  }
  return faults;
}
