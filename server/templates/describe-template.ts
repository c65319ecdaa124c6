import type { Template, TemplateSummary } from "../../contracts/api/template.ts";
import type { Json } from "../../engine/json.ts";
import type { Catalogue } from "../../engine/workflow/definition.ts";
import { compile } from "../../engine/workflow/compile.ts";
import type { WorkflowFile } from "../../engine/workflow/file.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { definitionsByType } from "../../nodes/catalog/definitions.ts";
import { pictureOf } from "./picture.ts";

/** A template as it is kept: by the product in its folder, by an organisation in its table. */
export interface StoredTemplate {
  slug: string;
  name: string;
  description: string;
  category: string;
  origin: TemplateSummary["origin"];
  /** The parsed file, and the same as it was written. */
  file: WorkflowFile;
  source: Json;
  sampleInput: Json;
}

/** What a card of the gallery shows. */
export function summaryOf({ slug, name, description, category, origin, file }: StoredTemplate): TemplateSummary {
  return { slug, name, description, category, origin, nodes: file.nodes.length, picture: pictureOf(file) };
}

/** What the preview shows: steps, what it takes to run it, and how long and dear a run is likely to be. */
export function describeTemplate(template: StoredTemplate, catalogue: Catalogue): Template {
  const compiled = compile(template.source, catalogue);
  const plan = compiled.ok ? compiled.plan : null;
  return {
    ...summaryOf(template),
    definition: template.file,
    sampleInput: template.sampleInput,
    needs: needsOf(template.file),
    steps: plan === null ? [] : stepsOf(plan, ""),
    estimate: plan?.totals ?? { ms: 0, costUsd: 0 },
  };
}

function stepsOf(plan: Plan, scope: string): Template["steps"] {
  const inside = new Set(plan.scopes.get(scope)?.nodes);
  return plan.levels
    .flat()
    .filter((id) => inside.has(id))
    .flatMap((id) => {
      const node = plan.nodes.get(id);
      const definition = node === undefined ? undefined : definitionsByType.get(node.type);
      if (node === undefined || definition === undefined) return [];
      const step = {
        id,
        name: node.name,
        title: definition.title,
        family: definition.family,
        icon: definition.icon,
        summary: definition.summary(node.config).slice(0, 200),
        container: scope === "" ? null : scope,
      };
      return [step, ...(plan.scopes.has(id) ? stepsOf(plan, id) : [])];
    });
}

function needsOf(file: WorkflowFile): string[] {
  const count = (type: string) => file.nodes.filter((node) => node.type === type).length;
  const [agents, people, requests] = [count("agent"), count("approval"), count("http")];
  const asked = Array.isArray(file.input["required"]) ? file.input["required"].length : 0;
  return [
    ...(agents > 0
      ? [`A model for ${counted(agents, "agent")}. Without a key the demo model answers, offline and free.`]
      : []),
    ...(people > 0 ? [`Somebody who decides: ${counted(people, "approval")}.`] : []),
    ...(requests > 0 ? [`The network: ${counted(requests, "HTTP request")}.`] : []),
    ...(asked > 0 ? [`An input with ${counted(asked, "required field")}.`] : []),
  ];
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
