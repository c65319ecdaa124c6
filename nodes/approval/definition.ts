import { z } from "zod";
import { approvalFieldSchema, approvalOptionSchema } from "../../engine/run/event.ts";
import { defineNode, templated } from "../define-node.ts";
import { choosing } from "../ports.ts";

const dayMs = 86_400_000;

const assigneeSchema = z.strictObject({
  kind: z.enum(["anyone", "user", "role", "group"]),
  id: z.string().max(200).nullable().default(null),
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
  title: z.string().min(1, "say what is to be decided").max(2_000),
  description: z.string().max(50_000).default(""),
  options: z.array(optionSchema).min(1).max(10).default(usualOptions),
  preselected: z.string().nullable().default(null),
  recommended: z.string().nullable().default(null),
  recommendation: z.string().max(20_000).nullable().default(null),
  assignee: assigneeSchema.default({ kind: "anyone", id: null }),
  urgency: templated(z.enum(["low", "normal", "high", "critical"])).default("normal"),
  deadlineMs: templated(
    z
      .int()
      .min(1_000)
      .max(365 * dayMs),
  ).default(dayMs),
  onTimeout: z.enum(["reject", "escalate", "approve"]).default("reject"),
  escalateTo: assigneeSchema.nullable().default(null),
  fields: z.array(approvalFieldSchema).max(50).default([]),
  channels: z.array(z.enum(["inbox", "email", "slack"])).default(["inbox"]),
  /** What the person sees beside the question: evidence, results so far, impact, risks. */
  context: z.json().default(null),
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
