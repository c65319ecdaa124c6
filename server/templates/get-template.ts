import type { Template, TemplateSummary } from "../../contracts/api/template.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Catalogue } from "../../engine/workflow/definition.ts";
import { workflowFileSchema } from "../../engine/workflow/file.ts";
import type { Caller } from "../auth/caller.ts";
import { describeTemplate, type StoredTemplate, summaryOf } from "./describe-template.ts";
import type { Gallery } from "./gallery.ts";
import type { TemplateRow, TemplateStore } from "./ports.ts";

export interface TemplateParts {
  gallery: Gallery;
  templates: TemplateStore;
}

/** The organisation's own templates, the newest first, then those that come with the product. */
export async function listTemplates(parts: TemplateParts, caller: Caller): Promise<TemplateSummary[]> {
  const [own, given] = await Promise.all([parts.templates.list(caller.orgId), parts.gallery.list()]);
  return [...own.flatMap((row) => stored(row) ?? []), ...given].map(summaryOf);
}

/** A template by its name or id. @throws BatonError NOT_FOUND */
export async function findTemplate(parts: TemplateParts, caller: Caller, slug: string): Promise<StoredTemplate> {
  const row = isId(slug) ? await parts.templates.get(caller.orgId, slug) : null;
  const found = row === null ? await parts.gallery.get(slug) : stored(row);
  if (found !== null) return found;
  throw new BatonError("NOT_FOUND", `There is no template "${slug}" in this organisation. Choose one from the list.`);
}

/** All that the preview shows of a template. @throws BatonError NOT_FOUND */
export async function getTemplate(
  parts: TemplateParts & { catalogue: Catalogue },
  caller: Caller,
  slug: string,
): Promise<Template> {
  return describeTemplate(await findTemplate(parts, caller, slug), parts.catalogue);
}

export function isId(slug: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(slug);
}

/** Null for a file that this product cannot read any more. */
function stored(row: TemplateRow): StoredTemplate | null {
  const parsed = workflowFileSchema.safeParse(row.definition);
  if (!parsed.success) return null;
  const { id, name, description, category, definition, sampleInput } = row;
  return {
    slug: id,
    name,
    description,
    category,
    origin: "organization",
    file: parsed.data,
    source: definition,
    sampleInput,
  };
}
