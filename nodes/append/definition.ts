import { z } from "zod";
import { identifierPattern, type WorkflowFile } from "../../engine/workflow/file.ts";
import { defineNode, templated } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

export const appendConfigSchema = z.strictObject({
  loop: z
    .string()
    .regex(identifierPattern, "must be the id of a loop")
    .meta({ description: "Id of the loop, around this step or beside it, that gets more items." }),
  items: templated(z.array(z.json())).default([]).meta({ description: "A list of items to add." }),
  close: templated(z.boolean())
    .default(false)
    .meta({ title: "No more items come", description: "An open loop ends once its items are done and it is closed." }),
});

export const append = defineNode({
  type: "append",
  behaviour: "compute",
  title: "Append items",
  description: "Gives a loop under way more items, or says that no more come.",
  family: "flow",
  icon: "list-plus",
  config: appendConfigSchema,
  ports: () => copyPorts(straight),
  check: (node, config, file) => {
    const { loop } = appendConfigSchema.parse(config);
    const target = file.nodes.find((each) => each.id === loop);
    const fix = "Name a loop over a list that stands around this step or beside it.";
    if (target?.type !== "loop") return [{ path: ["config", "loop"], message: `there is no loop "${loop}".`, fix }];
    if (target.config["mode"] !== "each")
      return [{ path: ["config", "loop"], message: `${loop} does not run over a list.`, fix }];
    return inReach(node.parentId, target.parentId, loop, file)
      ? []
      : [{ path: ["config", "loop"], message: `${loop} stands in another container.`, fix }];
  },
  summary: (config) => (config["close"] === true ? `closes ${String(config["loop"])}` : `to ${String(config["loop"])}`),
  initialConfig: { loop: "loop", items: [], close: false },
});

/** The loop is one around the step, or stands in one of the scopes around it. */
function inReach(scope: string | null, loopScope: string | null, loop: string, file: WorkflowFile): boolean {
  const seen = new Set<string>();
  for (let at = scope; ;) {
    if (at === loop || at === loopScope) return true;
    if (at === null || seen.has(at)) return false;
    seen.add(at);
    at = file.nodes.find((each) => each.id === at)?.parentId ?? null;
  }
}
