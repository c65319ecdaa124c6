import {
  templateListSchema,
  templateParamsSchema,
  templateSchema,
  usedTemplateSchema,
  useTemplateSchema,
} from "../../../contracts/api/template.ts";
import type { Services } from "../../services.ts";
import { useTemplate } from "../../templates/use-template.ts";
import { route, type Route } from "../route.ts";

const tag = "Templates";

export function templateRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "get",
        path: "/templates",
        action: "template:read",
        summary: "List the gallery",
        tag,
        answers: { 200: { description: "The templates", schema: templateListSchema } },
      },
      async () => ({ status: 200, body: await services.gallery.list() }),
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
      async ({ params }) => {
        const { source: _source, ...template } = await services.gallery.get(params.slug);
        return { status: 200, body: template };
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
  ];
}
