import { z } from "zod";
import { approvalFieldSchema, approvalOptionSchema } from "../../engine/run/event.ts";
import { defineNode, templated } from "../define-node.ts";
import { choosing } from "../ports.ts";

const dayMs = 86_400_000;

const assigneeSchema = z.strictObject({
  kind: z.enum(["anyone", "user", "role", "group"]).meta({ title: "Who", half: true }),
  id: z
    .string()
    .max(200)
    .nullable()
    .default(null)
    .meta({ title: "Which one", half: true, description: "Id of the user or group, or a role such as admin." }),
});

/** Port names double as decisions. */
const optionSchema = approvalOptionSchema.refine((option) => option.id !== "error", {
  error: "is the name of another port",
});

const usualOptions = [
  { id: "approve", label: "Approve", kind: "approve" as const },
  { id: "reject", label: "Reject", kind: "reject" as const },
  { id: "changes", label: "Request changes", kind: "changes" as const },
];

export const approvalConfigSchema = z.strictObject({
  title: z
    .string()
    .min(1, "say what is to be decided")
    .max(2_000)
    .meta({ title: "Question", description: "What is to be decided, in one line." }),
  description: z
    .string()
    .max(50_000)
    .default("")
    .meta({ description: "What the person has to know. Markdown is shown formatted." }),
  options: z
    .array(optionSchema)
    .min(1)
    .max(10)
    .default(usualOptions)
    .meta({ rare: true, item: "Option", description: "Each is a way on: its id is the name of the port." }),
  preselected: z
    .string()
    .nullable()
    .default(null)
    .meta({ rare: true, description: "Id of the option that is chosen at first." }),
  recommended: z
    .string()
    .nullable()
    .default(null)
    .meta({ description: "Id of the option that the workflow recommends; an expression, as a rule." }),
  recommendation: z.string().max(20_000).nullable().default(null).meta({ title: "Why it is recommended" }),
  assignee: assigneeSchema.default({ kind: "anyone", id: null }).meta({ title: "Who decides" }),
  urgency: templated(z.enum(["low", "normal", "high", "critical"])).default("normal"),
  deadlineMs: templated(
    z
      .int()
      .min(1_000)
      .max(365 * dayMs),
  )
    .default(dayMs)
    .meta({ description: "How long there is to decide." }),
  onTimeout: z.enum(["reject", "escalate", "approve"]).default("reject").meta({ title: "When nobody decides in time" }),
  escalateTo: assigneeSchema.nullable().default(null).meta({ rare: true, title: "Who is asked then" }),
  fields: z.array(approvalFieldSchema).max(50).default([]).meta({
    rare: true,
    title: "Asked with the decision",
    item: "Field",
    description: "Read later as outputs.fields.",
  }),
  channels: z
    .array(z.enum(["inbox", "email", "slack"]))
    .default(["inbox"])
    .meta({ title: "Told by" }),
  context: z
    .json()
    .default(null)
    .meta({ title: "Evidence", description: "Shown beside the question: results so far, impact, risks." }),
});

export const approval = defineNode({
  type: "approval",
  behaviour: "approval",
  title: "Approval",
  description: "Asks a person to decide and waits for the answer.",
  family: "people",
  icon: "user-check",
  config: approvalConfigSchema,
  ports: (config) => choosing(approvalConfigSchema.parse(config).options.map(({ id, label }) => ({ name: id, label }))),
  check: (node, config) => {
    const { options, onTimeout, escalateTo, preselected, recommended } = approvalConfigSchema.parse(config);
    const known = options.map((option) => option.id);
    const faults = [];
    if (onTimeout === "approve" && node.irreversible) {
      faults.push({
        path: ["config", "onTimeout"],
        message: "an irreversible step is never approved by timeout.",
        fix: "Reject or escalate when nobody answers.",
      });
    }
    if (onTimeout === "escalate" && escalateTo === null) {
      faults.push({
        path: ["config", "escalateTo"],
        message: "nobody is named to escalate to.",
        fix: "Name a person, role or group.",
      });
    }
    if (!options.some((option) => option.kind === "reject") && onTimeout !== "approve") {
      faults.push({
        path: ["config", "options"],
        message: "there is no option that rejects, which a timeout needs.",
        fix: "Add an option of kind reject.",
      });
    }
    for (const [field, value] of Object.entries({ preselected, recommended })) {
      if (value === null || value.includes("{{") || known.includes(value)) continue;
      faults.push({
        path: ["config", field],
        message: `"${value}" is not one of the options.`,
        fix: `Use one of: ${known.join(", ")}.`,
      });
    }
    return faults;
  },
  summary: (config) => String(config["title"] ?? ""),
  initialConfig: { title: "Please decide" },
  outputType: () => "object",
  estimate: () => ({ ms: 0, costUsd: 0 }),
});
