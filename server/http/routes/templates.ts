import {
  savedTemplateSchema,
  saveTemplateSchema,
  templateListSchema,
  templateParamsSchema,
  templateSchema,
  usedTemplateSchema,
  useTemplateSchema,
} from "../../../contracts/api/template.ts";
import type { Services } from "../../services.ts";
import { getTemplate, listTemplates } from "../../templates/get-template.ts";
import { deleteTemplate, saveTemplate } from "../../templates/save-template.ts";
import { useTemplate } from "../../templates/use-template.ts";
import { route, type Route } from "../route.ts";

const tag = "Templates";

export function templateRoutes(services: Services): Route[] {
  return [...readingRoutes(services), ...writingRoutes(services)];
}

function readingRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "get",
        path: "/templates",
        action: "template:read",
        summary: "List the gallery: the organisation's own templates, then those that come with Baton",
        tag,
        answers: { 200: { description: "The templates", schema: templateListSchema } },
      },
      async ({ caller }) => ({ status: 200, body: await listTemplates(services, caller) }),
    ),
    route(
      {
        method: "get",
        path: "/templates/{slug}",
        action: "template:read",
        summary: "Get a template with its workflow file and a sample input",
        tag,
        params: templateParamsSchema,
        answers: { 200: { description: "The template", schema: templateSchema } },
      },
      async ({ caller, params }) => ({ status: 200, body: await getTemplate(services, caller, params.slug) }),
    ),
  ];
}

function writingRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "post",
        path: "/templates",
        action: "template:write",
        summary: "Keep a workflow's draft as a template of the organisation",
        tag,
        body: saveTemplateSchema,
        maxBytes: 1_000_000,
        answers: { 201: { description: "The new template", schema: savedTemplateSchema } },
      },
      async ({ caller, body }) => {
        const made = await saveTemplate(services, caller, body);
        return { status: 201, body: made, headers: { Location: `/api/v1/templates/${made.slug}` } };
      },
    ),
    route(
      {
        method: "post",
        path: "/templates/{slug}/use",
        action: "template:use",
        summary: "Make a workflow from a template",
        tag,
        params: templateParamsSchema,
        body: useTemplateSchema.default({}),
        answers: { 201: { description: "The new workflow", schema: usedTemplateSchema } },
      },
      async ({ caller, params, body }) => {
        const made = await useTemplate(services, caller, params.slug, body.name);
        return { status: 201, body: made, headers: { Location: `/api/v1/workflows/${made.id}` } };
      },
    ),
    route(
      {
        method: "delete",
        path: "/templates/{slug}",
        action: "template:write",
        summary: "Delete a template of the organisation; workflows made from it stay",
        tag,
        params: templateParamsSchema,
        answers: { 200: { description: "The deleted template", schema: savedTemplateSchema } },
      },
      async ({ caller, params }) => ({
        status: 200,
        body: await deleteTemplate(services.templates, caller, params.slug),
      }),
    ),
  ];
}
