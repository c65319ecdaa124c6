import { limitsSchema, limitsViewSchema } from "../../../contracts/api/limits.ts";
import { getLimits, putLimits } from "../../limits/keep-limits.ts";
import type { Services } from "../../services.ts";
import { route, type Route } from "../route.ts";

const tag = "Organisation";

export function limitRoutes(services: Pick<Services, "limits" | "admission">): Route[] {
  const answers = { 200: { description: "The limits, and what is used of them", schema: limitsViewSchema } };
  return [
    route(
      {
        method: "get",
        path: "/limits",
        action: "limit:read",
        summary: "Get the organisation's limits and its budget, and how much of them is used",
        tag,
        answers,
      },
      async ({ caller }) => ({ status: 200, body: await getLimits(services, caller) }),
    ),
    route(
      {
        method: "put",
        path: "/limits",
        action: "limit:write",
        summary: "Set the organisation's limits and its budget; what is left out is not bounded",
        tag,
        body: limitsSchema,
        answers,
      },
      async ({ caller, body }) => ({ status: 200, body: await putLimits(services, caller, body) }),
    ),
  ];
}
