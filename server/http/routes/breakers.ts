import { breakerListSchema } from "../../../contracts/api/breaker.ts";
import { listBreakers } from "../../agents/list-breakers.ts";
import type { Services } from "../../services.ts";
import { route, type Route } from "../route.ts";

export function breakerRoutes(services: Pick<Services, "breakers" | "agents">): Route[] {
  return [
    route(
      {
        method: "get",
        path: "/breakers",
        action: "breaker:read",
        summary:
          "List the circuit breakers of models, hosts and agents that failed lately; those that are not listed are closed",
        tag: "Agents",
        answers: { 200: { description: "The breakers, open ones first", schema: breakerListSchema } },
      },
      async ({ caller }) => ({ status: 200, body: { items: await listBreakers(services, caller) } }),
    ),
  ];
}
