import { z } from "zod";
import { emptyBodySchema } from "../../../contracts/api/run.ts";
import { leaveOrganization } from "../../members/leave-organization.ts";
import type { Services } from "../../services.ts";
import { route, type Route } from "../route.ts";

export function organizationRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "post",
        path: "/organization/leave",
        action: "organization:leave",
        summary: "End one's own membership; the last owner cannot",
        tag: "Organisation",
        body: emptyBodySchema.default({}),
        answers: { 200: { description: "No longer a member", schema: z.strictObject({ left: z.literal(true) }) } },
      },
      async ({ caller }) => {
        await leaveOrganization(services, caller);
        return { status: 200, body: { left: true } };
      },
    ),
  ];
}
