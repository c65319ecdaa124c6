import { z } from "zod";
import { identifierPattern } from "../../engine/workflow/file.ts";
import { defineNode } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

export const setConfigSchema = z.strictObject({
  assignments: z
    .array(
      z.strictObject({ name: z.string().regex(identifierPattern, "must be the name of a variable"), value: z.json() }),
    )
    .min(1, "set at least one variable")
    .max(100)
    .meta({ item: "Variable", description: "Declared in the workflow's settings, read as vars." }),
});

export const set = defineNode({
  type: "set",
  behaviour: "compute",
  title: "Set variables",
  description: "Writes variables that later steps read as vars.",
  family: "data",
  icon: "variable",
  config: setConfigSchema,
  ports: () => copyPorts(straight),
  check: (_node, config, file) => {
    const declared = new Set(file.variables.map((variable) => variable.name));
    return setConfigSchema.parse(config).assignments.flatMap(({ name }, index) =>
      declared.has(name)
        ? []
        : [
            {
              path: ["config", "assignments", index, "name"],
              message: `there is no variable "${name}".`,
              fix: "Declare it in the workflow's variables.",
            },
          ],
    );
  },
  summary: (config) =>
    setConfigSchema
      .safeParse(config)
      .data?.assignments.map((each) => each.name)
      .join(", ") ?? "",
  initialConfig: { assignments: [] },
});
