import { idParamsSchema } from "../../../contracts/api/common.ts";
import {
  archivedWorkflowSchema,
  taggedWorkflowSchema,
  workflowTagsSchema,
  importAnswerSchema,
  importQuerySchema,
  planSchema,
  publishAnswerSchema,
  publishBodySchema,
  updateWorkflowSchema,
  versionQuerySchema,
  workflowListQuerySchema,
  workflowPageSchema,
  workflowSchema,
  workflowVersionListSchema,
} from "../../../contracts/api/workflow.ts";
import { numbersQuerySchema, workflowNumbersSchema } from "../../../contracts/api/workflow-numbers.ts";
import { fileLimits, workflowFileSchema } from "../../../engine/workflow/file.ts";
import { isJsonObject, type Json } from "../../../engine/json.ts";
import type { Services } from "../../services.ts";
import { archiveWorkflow } from "../../workflows/archive-workflow.ts";
import { exportWorkflow } from "../../workflows/export-workflow.ts";
import { getWorkflow, listVersions } from "../../workflows/get-workflow.ts";
import { importWorkflow } from "../../workflows/import-workflow.ts";
import { listWorkflows } from "../../workflows/list-workflows.ts";
import { planWorkflow } from "../../workflows/plan-workflow.ts";
import { publishWorkflow } from "../../workflows/publish-workflow.ts";
import { tagWorkflow } from "../../workflows/tag-workflow.ts";
import { workflowNumbers } from "../../workflows/workflow-numbers.ts";
import { updateWorkflow } from "../../workflows/update-workflow.ts";
import { HttpRefusal } from "../problem.ts";
import { route, type Route } from "../route.ts";

const tag = "Workflows";
const fileBody = { maxBytes: fileLimits.bytes, tooLarge: "WORKFLOW_TOO_LARGE" } as const;
export function workflowRoutes(services: Services): Route[] {
  return [
    ...fileRoutes(services),
    ...versionRoutes(services),
    ...archiveRoutes(services),
    ...tagRoutes(services),
    numbersRoute(services),
  ];
}

function numbersRoute(services: Services): Route {
  return route(
    {
      method: "get",
      path: "/workflows/{id}/numbers",
      action: "workflow:read",
      summary: "How its runs came out and what they cost, day by day",
      tag,
      params: idParamsSchema,
      query: numbersQuerySchema,
      answers: { 200: { description: "Numbers by day, and their sums", schema: workflowNumbersSchema } },
    },
    async ({ caller, params, query }) => ({
      status: 200,
      body: await workflowNumbers(services, caller, params.id, query),
    }),
  );
}

function archiveRoutes(services: Services): Route[] {
  const spec = { action: "workflow:write", tag, params: idParamsSchema } as const;
  return [
    route(
      {
        ...spec,
        method: "delete",
        path: "/workflows/{id}",
        summary: "Archive a workflow: its versions and runs stay, new runs do not start",
        answers: { 200: { description: "The archived workflow", schema: archivedWorkflowSchema } },
      },
      async ({ caller, params }) => ({
        status: 200,
        body: await archiveWorkflow(services.workflows, caller, params.id, true),
      }),
    ),
    route(
      {
        ...spec,
        method: "post",
        path: "/workflows/{id}/restore",
        summary: "Bring an archived workflow back",
        answers: { 200: { description: "The workflow is in the lists again", schema: archivedWorkflowSchema } },
      },
      async ({ caller, params }) => ({
        status: 200,
        body: await archiveWorkflow(services.workflows, caller, params.id, false),
      }),
    ),
  ];
}

function tagRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "put",
        path: "/workflows/{id}/tags",
        action: "workflow:write",
        summary: "Replace the tags of a workflow",
        tag,
        params: idParamsSchema,
        body: workflowTagsSchema,
        answers: { 200: { description: "The workflow's tags", schema: taggedWorkflowSchema } },
      },
      async ({ caller, params, body }) => ({
        status: 200,
        body: await tagWorkflow(services.workflows, caller, params.id, body.tags),
      }),
    ),
  ];
}

function fileRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "post",
        path: "/workflows",
        action: "workflow:write",
        summary: "Import a workflow file",
        tag,
        query: importQuerySchema,
        described: workflowFileSchema,
        ...fileBody,
        answers: { 201: { description: "Stored, and version 1 published", schema: importAnswerSchema } },
      },
      async ({ caller, query, source }) => {
        const body = await importWorkflow(services, caller, given(source), { draft: query.draft === "true" });
        return { status: 201, body, headers: { Location: `/api/v1/workflows/${body.id}` } };
      },
    ),
    route(
      {
        method: "get",
        path: "/workflows",
        action: "workflow:read",
        summary: "List workflows, last changed first",
        tag,
        query: workflowListQuerySchema,
        answers: { 200: { description: "A page of workflows", schema: workflowPageSchema } },
      },
      async ({ caller, query }) => ({ status: 200, body: await listWorkflows(services.workflows, caller, query) }),
    ),
    route(
      {
        method: "get",
        path: "/workflows/{id}",
        action: "workflow:read",
        summary: "Get a workflow with its draft",
        tag,
        params: idParamsSchema,
        answers: { 200: { description: "The workflow; ETag is its revision", schema: workflowSchema } },
      },
      async ({ caller, params }) => {
        const body = await getWorkflow(services.workflows, caller, params.id);
        return { status: 200, body, headers: { ETag: `"${body.revision}"` } };
      },
    ),
    route(
      {
        method: "put",
        path: "/workflows/{id}",
        action: "workflow:write",
        summary: "Save the draft over the revision it was made from",
        tag,
        params: idParamsSchema,
        described: updateWorkflowSchema,
        maxBytes: fileLimits.bytes + 1_000,
        tooLarge: "WORKFLOW_TOO_LARGE",
        answers: { 200: { description: "The workflow as saved", schema: workflowSchema } },
      },
      async ({ caller, params, source, context }) => {
        const change = draftOf(given(source), context.req.header("if-match"));
        const body = await updateWorkflow(services.workflows, caller, params.id, change);
        return { status: 200, body, headers: { ETag: `"${body.revision}"` } };
      },
    ),
    route(
      {
        method: "get",
        path: "/workflows/{id}/export",
        action: "workflow:read",
        summary: "The workflow file of the draft or of a version",
        tag,
        params: idParamsSchema,
        query: versionQuerySchema,
        answers: { 200: { description: "The workflow file", schema: workflowFileSchema } },
      },
      async ({ caller, params, query }) => ({
        status: 200,
        body: await exportWorkflow(services.workflows, caller, params.id, query.version),
        headers: { "Content-Disposition": 'attachment; filename="workflow.json"' },
      }),
    ),
  ];
}

function versionRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "post",
        path: "/workflows/{id}/publish",
        action: "workflow:publish",
        summary: "Make the draft a new version, which runs start on from now",
        tag,
        params: idParamsSchema,
        body: publishBodySchema.default({ note: "", acceptBreaking: false }),
        answers: { 200: { description: "The new version", schema: publishAnswerSchema } },
      },
      async ({ caller, params, body }) => ({
        status: 200,
        body: await publishWorkflow(services, caller, params.id, body),
      }),
    ),
    route(
      {
        method: "get",
        path: "/workflows/{id}/versions",
        action: "workflow:read",
        summary: "List the versions of a workflow",
        tag,
        params: idParamsSchema,
        answers: { 200: { description: "Versions, the newest first", schema: workflowVersionListSchema } },
      },
      async ({ caller, params }) => ({
        status: 200,
        body: { items: await listVersions(services.workflows, caller, params.id) },
      }),
    ),
    route(
      {
        method: "get",
        path: "/workflows/{id}/plan",
        action: "workflow:read",
        summary: "How the draft or a version would run",
        tag,
        params: idParamsSchema,
        query: versionQuerySchema,
        answers: { 200: { description: "Steps, groups side by side, critical path, estimates", schema: planSchema } },
      },
      async ({ caller, params, query }) => ({
        status: 200,
        body: await planWorkflow(services, caller, params.id, query.version),
      }),
    ),
  ];
}

function given(source: Json | undefined): Json {
  if (source !== undefined) return source;
  throw new HttpRefusal(422, "INPUT_INVALID", "The body is empty. Send a workflow file as JSON.", {
    errors: [{ path: "", code: "required", message: "is empty" }],
  });
}

/** The body is `{ revision, definition }`, or a bare workflow file whose revision is in If-Match. */
function draftOf(body: Json, ifMatch: string | undefined): { revision: number; definition: Json } {
  const wrapped = isJsonObject(body) && !Object.hasOwn(body, "schemaVersion");
  const header = /^(?:W\/)?"?(\d{1,9})"?$/.exec(ifMatch ?? "")?.[1];
  if (wrapped) {
    const unknown = Object.keys(body).filter((key) => key !== "revision" && key !== "definition");
    const { revision = header === undefined ? null : Number(header), definition } = body;
    if (unknown.length === 0 && Number.isSafeInteger(revision) && definition !== undefined) {
      return { revision: Number(revision), definition };
    }
    throw new HttpRefusal(422, "INPUT_INVALID", "The body must be {revision, definition}.", {
      errors: [
        ...unknown.map((key) => ({
          path: `/${key}`,
          code: "unknown-field",
          message: "is not a field of this request",
        })),
        ...(Number.isSafeInteger(revision)
          ? []
          : [{ path: "/revision", code: "required", message: "must be a whole number" }]),
        ...(definition === undefined ? [{ path: "/definition", code: "required", message: "is missing" }] : []),
      ],
    });
  }
  if (header !== undefined) return { revision: Number(header), definition: body };
  throw new HttpRefusal(
    422,
    "INPUT_INVALID",
    'Say which revision this draft was made from: send If-Match: "REVISION".',
    {
      errors: [{ path: "If-Match", code: "required", message: "must hold the revision of the draft" }],
    },
  );
}
