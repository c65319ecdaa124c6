import { idParamsSchema } from "../../../contracts/api/common.ts";
import {
  acceptedInvitationSchema,
  createInvitationSchema,
  invitationListSchema,
  invitationSchema,
  invitationTokenSchema,
  linkedInvitationSchema,
} from "../../../contracts/api/invitation.ts";
import { emptyBodySchema } from "../../../contracts/api/run.ts";
import { acceptInvitation, openInvitation } from "../../invitations/accept-invitation.ts";
import { invite, resendInvitation, revokeInvitation } from "../../invitations/invite.ts";
import type { Services } from "../../services.ts";
import { publicRoute, route, type Route } from "../route.ts";

const tag = "Invitations";

export function invitationRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "get",
        path: "/invitations",
        action: "invitation:read",
        summary: "List invitations without an answer",
        tag,
        answers: { 200: { description: "The invitations", schema: invitationListSchema } },
      },
      async ({ caller }) => ({ status: 200, body: { items: await services.invitations.list(caller.orgId) } }),
    ),
    route(
      {
        method: "post",
        path: "/invitations",
        action: "invitation:write",
        summary: "Invite somebody by mail",
        tag,
        body: createInvitationSchema,
        answers: { 201: { description: "The invitation; its link is in the mail alone", schema: invitationSchema } },
      },
      async ({ caller, body }) => ({ status: 201, body: await invite(services, caller, body) }),
    ),
    route(
      {
        method: "post",
        path: "/invitations/{id}/resend",
        action: "invitation:write",
        summary: "Mail an invitation again, with a new link",
        tag,
        params: idParamsSchema,
        body: emptyBodySchema.default({}),
        answers: { 200: { description: "The invitation", schema: invitationSchema } },
      },
      async ({ caller, params }) => ({ status: 200, body: await resendInvitation(services, caller, params.id) }),
    ),
    route(
      {
        method: "delete",
        path: "/invitations/{id}",
        action: "invitation:write",
        summary: "Revoke an invitation",
        tag,
        params: idParamsSchema,
        answers: { 200: { description: "The revoked invitation", schema: invitationSchema } },
      },
      async ({ caller, params }) => ({ status: 200, body: await revokeInvitation(services, caller, params.id) }),
    ),
    ...linkRoutes(services),
  ];
}

function linkRoutes(services: Services): Route[] {
  const spec = { path: "/invitation-links/{token}", tag, params: invitationTokenSchema } as const;
  return [
    publicRoute(
      {
        ...spec,
        method: "get",
        summary: "Show the invitation behind a link; never accepts",
        answers: { 200: { description: "The invitation", schema: linkedInvitationSchema } },
      },
      async ({ params }) => ({ status: 200, body: await openInvitation(services, params.token) }),
    ),
    publicRoute(
      {
        ...spec,
        method: "post",
        path: "/invitation-links/{token}/accept",
        summary: "Join, as the signed-in account of the invited address",
        body: emptyBodySchema.default({}),
        answers: { 200: { description: "Where one is a member now", schema: acceptedInvitationSchema } },
      },
      async ({ params, origin, context }) => ({
        status: 200,
        body: await acceptInvitation(services, params.token, context.req.header("authorization"), origin),
      }),
    ),
  ];
}
