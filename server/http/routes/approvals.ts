import {
  approvalListQuerySchema,
  approvalPageSchema,
  approvalSchema,
  approvalViewSchema,
  decideSchema,
  delegateSchema,
  linkAnswerSchema,
  linkedApprovalSchema,
  linkTokenParamsSchema,
  type Approval,
} from "../../../contracts/api/approval.ts";
import { emptyBodySchema } from "../../../contracts/api/run.ts";
import { idParamsSchema } from "../../../contracts/api/common.ts";
import { createLink } from "../../approvals/create-link.ts";
import { decideApproval } from "../../approvals/decide-approval.ts";
import { delegateApproval } from "../../approvals/delegate-approval.ts";
import { getApproval, listApprovals } from "../../approvals/get-approval.ts";
import { decideByLink, openLink } from "../../approvals/open-link.ts";
import type { Services } from "../../services.ts";
import { publicRoute, route, type Route } from "../route.ts";

const tag = "Approvals";
const decideBytes = 200_000;

export function approvalRoutes(services: Services): Route[] {
  return [...inboxRoutes(services), ...linkRoutes(services)];
}

function inboxRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "get",
        path: "/approvals",
        action: "approval:read",
        summary: "List requests, the newest first",
        tag,
        query: approvalListQuerySchema,
        answers: { 200: { description: "A page of requests", schema: approvalPageSchema } },
      },
      async ({ caller, query }) => ({ status: 200, body: await listApprovals(services, caller, query) }),
    ),
    route(
      {
        method: "get",
        path: "/approvals/{id}",
        action: "approval:read",
        summary: "Get a request with its context",
        tag,
        params: idParamsSchema,
        answers: { 200: { description: "The request", schema: approvalViewSchema } },
      },
      async ({ caller, params }) => ({ status: 200, body: await getApproval(services, caller, params.id) }),
    ),
    route(
      {
        method: "post",
        path: "/approvals/{id}/decision",
        action: "approval:decide",
        summary: "Decide a request, once",
        tag,
        params: idParamsSchema,
        body: decideSchema,
        maxBytes: decideBytes,
        answers: { 200: { description: "The request as decided", schema: approvalSchema } },
      },
      async ({ caller, params, body }) => ({
        status: 200,
        body: await decideApproval(services, caller, params.id, body),
      }),
    ),
    route(
      {
        method: "post",
        path: "/approvals/{id}/delegate",
        action: "approval:decide",
        summary: "Hand a request to another member, who is asked in place of those before",
        tag,
        params: idParamsSchema,
        body: delegateSchema,
        answers: { 200: { description: "The request as it is asked now", schema: approvalViewSchema } },
      },
      async ({ caller, params, body }) => ({
        status: 200,
        body: await delegateApproval(services, caller, params.id, body),
      }),
    ),
    route(
      {
        method: "post",
        path: "/approvals/{id}/link",
        action: "approval:link",
        summary: "Make a signed link to a request",
        tag,
        params: idParamsSchema,
        body: emptyBodySchema.default({}),
        answers: { 201: { description: "The link, good until it expires", schema: linkAnswerSchema } },
      },
      async ({ caller, params }) => ({ status: 201, body: await createLink(services, caller, params.id) }),
    ),
  ];
}

function linkRoutes(services: Services): Route[] {
  const spec = { path: "/approval-links/{token}", tag, params: linkTokenParamsSchema } as const;
  return [
    publicRoute(
      {
        ...spec,
        method: "get",
        summary: "Show the request behind a signed link; never decides",
        answers: { 200: { description: "The request", schema: linkedApprovalSchema } },
      },
      async ({ params }) => {
        const { approval, needsSignIn } = await openLink(services, params.token);
        return { status: 200, body: { ...linked(approval), needsSignIn } };
      },
    ),
    publicRoute(
      {
        ...spec,
        method: "post",
        path: "/approval-links/{token}/decision",
        summary: "Decide the request behind a signed link, with a session where one is needed",
        body: decideSchema,
        maxBytes: decideBytes,
        answers: { 200: { description: "The request as decided", schema: linkedApprovalSchema } },
      },
      async ({ params, body, origin, context }) => {
        const authorization = context.req.header("authorization");
        const signedIn = async (organization: string) =>
          authorization === undefined ? null : services.auth.authenticate({ authorization, organization, ...origin });
        const approval = await decideByLink(services, params.token, body, signedIn, origin);
        return { status: 200, body: { ...linked(approval), needsSignIn: false } };
      },
    ),
  ];
}

/** What the holder of a link may see: not who else is asked, and nobody's id. */
function linked(approval: Approval): Omit<Approval, "assignee" | "decidedBy" | "delegation"> {
  const { assignee: _assignee, decidedBy: _decidedBy, delegation: _delegation, ...shown } = approval;
  return shown;
}
