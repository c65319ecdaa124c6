import { useMemo } from "react";
import { z } from "zod";
import { agentSchema, type Agent } from "../../contracts/api/agent.ts";
import type { KnownAgent } from "../../engine/workflow/missing-agents.ts";
import { useOffered } from "./use-offered.ts";

const listSchema = z
  .object({ items: z.array(z.object(agentSchema.shape)) })
  .transform(({ items }): readonly Agent[] => items.toSorted((one, other) => one.name.localeCompare(other.name)));

/** The organisation's registered agents, by name; null until they are known. */
export function useAgents(): readonly Agent[] | null {
  return useOffered("/agents?limit=200", listSchema);
}

/** The same as the check of a draft wants it: of older versions it is known that there are such. */
export function useKnownAgents(): readonly KnownAgent[] | null {
  const agents = useAgents();
  return useMemo(
    () =>
      agents?.flatMap(({ id, version, settings }) =>
        Array.from({ length: version }, (_, older): KnownAgent => ({
          id,
          version: version - older,
          settings: older === 0 ? { input: settings.input } : null,
        })),
      ) ?? null,
    [agents],
  );
}
