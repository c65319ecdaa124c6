import type { Telemetry } from "./tracer.ts";

/** Reads OpenTelemetry's packages, which cost a second and 40 MB, only where traces have somewhere to go. */
export async function loadTelemetry(endpoint: string | undefined, service: string): Promise<Telemetry | null> {
  if (endpoint === undefined) return null;
  const { createTelemetry } = await import("./tracer.ts");
  return createTelemetry({ endpoint, service });
}
