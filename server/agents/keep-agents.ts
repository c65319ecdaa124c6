import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Agent, AgentCheck, AgentUse, AgentVersion, CreateAgent, UpdateAgent } from "../../contracts/api/agent.ts";
import type { AgentSettings } from "../../engine/agent.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import { auditEntry } from "../audit.ts";
import { userIdOf, type Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import { decodeCursor, encodeCursor } from "../page.ts";
import { checkInputSchema } from "../runs/check-input.ts";
import { contractChanges, followers } from "./compare-contracts.ts";
import type { AgentFilter, AgentStore } from "./ports.ts";

/** The organisation's agents, last changed first. */
export async function listAgents(
  agents: AgentStore,
  caller: Caller,
  query: { limit: number; cursor?: string | undefined } & Partial<{
    [K in keyof AgentFilter]: AgentFilter[K] | undefined;
  }>,
): Promise<{ items: Agent[]; nextCursor: string | null }> {
  const { search = null, status = null, capability = null } = query;
  const after = decodeCursor(query.cursor);
  const page = await agents.list(caller.orgId, { limit: query.limit, after, search, status, capability });
  return { items: page.items, nextCursor: encodeCursor(page.next) };
}

/** @throws BatonError NOT_FOUND */
export async function getAgent(agents: AgentStore, caller: Caller, id: string): Promise<Agent> {
  const agent = await agents.get(caller.orgId, id);
  if (agent === null) throw notFound("agent");
  return agent;
}

/** @throws BatonError NOT_FOUND */
export async function agentVersions(agents: AgentStore, caller: Caller, id: string): Promise<AgentVersion[]> {
  await getAgent(agents, caller, id);
  return agents.versions(caller.orgId, id);
}

/** @throws BatonError NOT_FOUND */
export async function agentUses(agents: AgentStore, caller: Caller, id: string): Promise<AgentUse[]> {
  await getAgent(agents, caller, id);
  return agents.uses(caller.orgId, id);
}

/** Registers an agent, with version 1. @throws BatonError CONFLICT for a name that is taken, INPUT_INVALID for a bad contract */
export async function createAgent(agents: AgentStore, caller: Caller, request: CreateAgent): Promise<Agent> {
  checkContracts(request.settings);
  const id = randomUUID();
  const stored = await agents.insert(
    { ...request, id, orgId: caller.orgId, by: userIdOf(caller) },
    auditEntry(caller, "agent-created", { kind: "agent", id }, { name: request.name }),
  );
  if (stored === "taken") throw taken(request.name);
  return getAgent(agents, caller, id);
}

/** What saving these settings would break. @throws BatonError NOT_FOUND */
export async function checkAgent(
  agents: AgentStore,
  caller: Caller,
  id: string,
  settings: AgentSettings,
): Promise<AgentCheck> {
  const before = await getAgent(agents, caller, id);
  checkContracts(settings);
  return compare(agents, before, settings, caller.orgId);
}

/**
 * Changes an agent; other settings become its next version, which runs use from now on where their workflow follows the newest.
 * @throws BatonError NOT_FOUND, CONFLICT (changed in between, or the name is taken), AGENT_CONTRACT_BREAKS naming the workflows
 */
export async function updateAgent(
  agents: AgentStore,
  caller: Caller,
  id: string,
  { note, version, acceptBreaking, ...change }: UpdateAgent,
): Promise<Agent> {
  const before = await getAgent(agents, caller, id);
  if (version !== undefined && version !== before.version) throw outdated(before);
  const settings = change.settings ?? before.settings;
  const renew = !isDeepStrictEqual(settings, before.settings);
  if (renew) checkContracts(settings);
  const check = renew ? await compare(agents, before, settings, caller.orgId) : null;
  if (check !== null && check.breaks.length > 0 && !acceptBreaking) throw breaks(before, check);
  const { name = before.name, description = before.description } = change;
  const { capabilities = before.capabilities, status = before.status } = change;
  const written = { id, orgId: caller.orgId, name, description, capabilities, status, settings, note };
  const details: JsonObject = { name, version: before.version + (renew ? 1 : 0), status };
  if (check !== null && check.breaks.length > 0) details["broke"] = check.breaks.length;
  const stored = await agents.update(
    { ...written, by: userIdOf(caller), before: before.version, renew },
    auditEntry(caller, "agent-updated", { kind: "agent", id }, details),
  );
  if (stored === "taken") throw taken(name);
  const now = await getAgent(agents, caller, id);
  if (stored === "conflict") throw outdated(now);
  return now;
}

async function compare(agents: AgentStore, before: Agent, after: AgentSettings, orgId: string): Promise<AgentCheck> {
  const changes = contractChanges(before.settings, after);
  const breaks = changes.length === 0 ? [] : followers(await agents.uses(orgId, before.id));
  return { compatible: changes.length === 0, changes, breaks };
}

/** @throws BatonError INPUT_INVALID for a contract that is no JSON Schema, or costs too much to check */
function checkContracts(settings: AgentSettings): void {
  for (const side of ["input", "output"] as const) {
    const schema = settings[side];
    if (schema === null) continue;
    try {
      checkInputSchema(schema);
    } catch (error) {
      if (!(error instanceof BatonError)) throw error;
      const message = error.message.replace(/^The workflow's input schema cannot be used: /, "");
      throw new BatonError("INPUT_INVALID", `The ${side} contract cannot be used: ${message}`, {
        details: { errors: [{ path: `/settings/${side}`, code: "schema", message }] },
      });
    }
  }
}

function taken(name: string): BatonError {
  return new BatonError(
    "CONFLICT",
    `There is an agent named "${name}" already. Choose another name, or change that one.`,
  );
}

function outdated(current: Agent): BatonError {
  return new BatonError(
    "CONFLICT",
    `${current.name} was changed meanwhile and is at version ${current.version} now. Nothing was overwritten: look at it, and save again.`,
    { details: { current: asJson(current) } },
  );
}

/** As the problem document carries it. */
function asJson(agent: Agent): Json {
  return { ...agent, settings: { ...agent.settings }, record: { ...agent.record } };
}

function breaks(agent: Agent, { changes, breaks: uses }: AgentCheck): BatonError {
  const workflows = new Set(uses.map(({ workflowName }) => workflowName));
  const first = changes[0];
  const what = first === undefined ? "" : ` (${first.side} ${first.path} ${first.message})`;
  return new BatonError(
    "AGENT_CONTRACT_BREAKS",
    `The new contract of ${agent.name} breaks ${workflows.size === 1 ? "one workflow" : `${workflows.size} workflows`} that follow its newest version${what}. ` +
      "Nothing was saved: keep the contract, pin those workflows to a version, or save with acceptBreaking.",
    {
      details: {
        errors: uses.map((use) => ({
          path: "/settings",
          code: "breaks-workflow",
          message: `${use.workflowName} (${use.where}), step ${use.nodeName}`,
          node: use.node,
        })),
      },
    },
  );
}
