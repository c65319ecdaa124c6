import { useEffect, useMemo, useState } from "react";
import { z } from "zod";
import { agentSchema, type Agent } from "../../contracts/api/agent.ts";
import type { KnownAgent } from "../../engine/workflow/missing-agents.ts";
import { useApi } from "../shell/workspace-context.tsx";

const listSchema = z.object({ items: z.array(z.object(agentSchema.shape)) });

/** The organisation's registered agents, by name; null until they are known. */
export function useAgents(): readonly Agent[] | null {
  const api = useApi();
  const [agents, setAgents] = useState<readonly Agent[] | null>(null);
  useEffect(() => {
    let here = true;
    async function load() {
      try {
        const { items } = await api.call("GET", "/agents?limit=200", listSchema);
        if (here) setAgents(items.toSorted((one, other) => one.name.localeCompare(other.name)));
      } catch (problem) {
        // Without them the one that is chosen still stands, and publishing checks it.
        if (!(problem instanceof Error)) throw problem;
      }
    }
    const again = () => void load();
    again();
    // Somebody who went to register one in another tab comes back with it.
    window.addEventListener("focus", again);
    return () => {
      here = false;
      window.removeEventListener("focus", again);
    };
  }, [api]);
  return agents;
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
