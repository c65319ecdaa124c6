import type { Breaker } from "../../contracts/api/breaker.ts";
import type { Breakers } from "../../engine/ports/breakers.ts";
import type { Caller } from "../auth/caller.ts";
import type { AgentStore } from "./ports.ts";

/** The organisation's breakers that know of a failure, those that are open first. */
export async function listBreakers(
  parts: { breakers: Pick<Breakers, "list">; agents: Pick<AgentStore, "names"> },
  caller: Caller,
): Promise<Breaker[]> {
  const found = await parts.breakers.list(caller.orgId);
  const ids = found.filter(({ kind }) => kind === "agent").map(({ name }) => name);
  const names = ids.length === 0 ? new Map<string, string>() : await parts.agents.names(caller.orgId, ids);
  return found
    .map(({ openUntil, ...breaker }) => ({
      ...breaker,
      label: breaker.kind === "agent" ? (names.get(breaker.name) ?? "an agent") : breaker.name,
      openUntil: openUntil === null ? null : new Date(openUntil).toISOString(),
    }))
    .toSorted((one, other) => rank(one) - rank(other) || one.label.localeCompare(other.label));
}

function rank({ state }: Breaker): number {
  return ["open", "half-open", "closed"].indexOf(state);
}
