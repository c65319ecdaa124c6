import {
  agentCheckSchema,
  agentListQuerySchema,
  agentPageSchema,
  agentSchema,
  agentUseListSchema,
  agentVersionListSchema,
  checkAgentSchema,
  createAgentSchema,
  updateAgentSchema,
} from "../../../contracts/api/agent.ts";
import { idParamsSchema } from "../../../contracts/api/common.ts";
import {
  agentUses,
  agentVersions,
  checkAgent,
  createAgent,
  getAgent,
  listAgents,
  updateAgent,
} from "../../agents/keep-agents.ts";
import type { Services } from "../../services.ts";
import { route, type Route } from "../route.ts";

const tag = "Agents";
/** Instructions of 50,000 letters and two contracts. */
const maxBytes = 400_000;

export function agentRoutes({ agents }: Pick<Services, "agents">): Route[] {
  const read = { action: "agent:read", tag } as const;
  const write = { action: "agent:write", tag, maxBytes } as const;
  return [
    route(
      {
        ...read,
        method: "get",
        path: "/agents",
        summary: "List agents of the registry, last changed first, with how they did in the last 30 days",
        query: agentListQuerySchema,
        answers: { 200: { description: "A page of agents", schema: agentPageSchema } },
      },
      async ({ caller, query }) => ({ status: 200, body: await listAgents(agents, caller, query) }),
    ),
    route(
      {
        ...write,
        method: "post",
        path: "/agents",
        summary: "Register an agent; its settings are version 1",
        body: createAgentSchema,
        answers: { 201: { description: "The agent", schema: agentSchema } },
      },
      async ({ caller, body }) => {
        const agent = await createAgent(agents, caller, body);
        return { status: 201, body: agent, headers: { Location: `/api/v1/agents/${agent.id}` } };
      },
    ),
    route(
      {
        ...read,
        method: "get",
        path: "/agents/{id}",
        summary: "Get an agent with its newest settings",
        params: idParamsSchema,
        answers: { 200: { description: "The agent", schema: agentSchema } },
      },
      async ({ caller, params }) => ({ status: 200, body: await getAgent(agents, caller, params.id) }),
    ),
    route(
      {
        ...write,
        method: "patch",
        path: "/agents/{id}",
        summary:
          "Change an agent; other settings become its next version. Contracts that break workflows are refused unless accepted",
        params: idParamsSchema,
        body: updateAgentSchema,
        answers: { 200: { description: "The agent as it is now", schema: agentSchema } },
      },
      async ({ caller, params, body }) => ({ status: 200, body: await updateAgent(agents, caller, params.id, body) }),
    ),
    route(
      {
        ...read,
        method: "get",
        path: "/agents/{id}/versions",
        summary: "List the versions of an agent, newest first",
        params: idParamsSchema,
        answers: { 200: { description: "Its versions", schema: agentVersionListSchema } },
      },
      async ({ caller, params }) => ({
        status: 200,
        body: { items: await agentVersions(agents, caller, params.id) },
      }),
    ),
    route(
      {
        ...read,
        method: "get",
        path: "/agents/{id}/uses",
        summary: "List the steps of workflows that name an agent",
        params: idParamsSchema,
        answers: { 200: { description: "Drafts and published versions that name it", schema: agentUseListSchema } },
      },
      async ({ caller, params }) => ({ status: 200, body: { items: await agentUses(agents, caller, params.id) } }),
    ),
    route(
      {
        ...write,
        method: "post",
        path: "/agents/{id}/check",
        summary: "Say which workflows new settings of an agent would break; nothing is saved",
        params: idParamsSchema,
        body: checkAgentSchema,
        answers: { 200: { description: "What would break", schema: agentCheckSchema } },
      },
      async ({ caller, params, body }) => ({
        status: 200,
        body: await checkAgent(agents, caller, params.id, body.settings),
      }),
    ),
  ];
}
