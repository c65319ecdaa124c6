import { z } from "zod";
import { errorKinds, errorKindSchema } from "../errors.ts";
import type { Json } from "../json.ts";

/** Named limits of a workflow file (units in the name). Past one of them the file is refused, never cut. */
export const fileLimits = {
  nodes: 1_000,
  edges: 4_000,
  bytes: 1_000_000,
  nestingDepth: 25,
  loopItems: 10_000,
  subWorkflowDepth: 25,
} as const;

export const identifierPattern = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Names that every object has of itself: under these, a record by id holds something before anything was put there. */
const inheritedNames = Object.getOwnPropertyNames(Object.prototype);
const isFree = (name: string): boolean => !inheritedNames.includes(name);
const inherited = { error: "is a name that every object has of itself; choose another" };

/** Names that a reference already means something else by. */
const referenceNames = ["input", "vars", "run", "loop", "error", "in", "true", "false", "null", "undefined"];

/** Names that no node may carry. */
export const reservedNames = [...referenceNames, ...inheritedNames];

const identifier = z
  .string()
  .regex(identifierPattern, "must be an identifier: letters, digits and _, a letter first, 64 at most");

const nodeId = identifier.refine((id) => !reservedNames.includes(id), {
  error: "is a reserved name; choose another id",
});

const jsonValue: z.ZodType<Json> = z.json();

export const retrySchema = z.strictObject({
  maxAttempts: z.int().min(1).max(20).default(3),
  backoff: z.enum(["exponential", "linear", "fixed"]).default("exponential"),
  delayMs: z.int().min(0).max(3_600_000).default(1_000),
  /** Tried again after failures of these kinds alone; without, after all that may pass by themselves. */
  on: z.array(errorKindSchema).min(1).max(errorKinds.length).optional(),
});
export type Retry = z.infer<typeof retrySchema>;

export const onErrorSchema = z.union([
  z.enum(["fail", "skip", "port", "escalate"]),
  z.strictObject({ value: jsonValue }),
]);
export type OnError = z.infer<typeof onErrorSchema>;

export const joinSchema = z.union([
  z.enum(["all", "any", "each"]),
  z.strictObject({ atLeast: z.int().min(1).max(1_000) }),
]);
export type Join = z.infer<typeof joinSchema>;

const portName = z
  .string()
  .regex(identifierPattern, "must be letters, digits and _, a letter first")
  .refine((name) => name !== "error" && name !== "out", { error: "is the name of another port" });

/** Listens exactly while its step is active. `after` is milliseconds from its begin; `key` and `after` may be `{{ }}` templates. */
export const handlerSchema = z
  .strictObject({
    event: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_.:-]{0,199}$/, "must be an event's name, such as order.paid")
      .optional()
      .meta({ description: "Name of the event that is listened for.", placeholder: "order.paid" }),
    after: z
      .union([z.int().min(0).max(31_536_000_000), z.string().regex(/\{\{[\s\S]*\}\}/)])
      .optional()
      .meta({
        description: "In place of an event: this long after the step began.",
        control: "duration",
      }),
    key: z.string().max(2_000).optional().meta({ description: "Only events with this key.", rare: true }),
    /** Holds an event that came before the step began. */
    keep: z.boolean().default(false).meta({
      title: "Also earlier ones",
      description: "Takes an event that came before the step began.",
      rare: true,
    }),
    /** Cancels the step and takes the port; otherwise the port is taken beside it. */
    interrupt: z.boolean().default(false).meta({
      title: "Ends the step",
      description: "The step is cancelled and the port is taken. Off: the port is taken beside it.",
    }),
    port: portName.optional().meta({ title: "Way on", description: "A port of this name, to go on from." }),
    /** Loops: each such event's payload becomes one more item. */
    append: z.boolean().default(false).meta({
      title: "Adds an item",
      description: "Loops: what the event brings becomes one more item.",
      rare: true,
    }),
    /** Loops: such an event says that no more items come; with `interrupt` the loop is complete at once, with what it has. */
    close: z.boolean().default(false).meta({
      title: "Ends the list",
      description: "Loops: no more items come.",
      rare: true,
    }),
  })
  .refine((handler) => (handler.event === undefined) !== (handler.after === undefined), {
    error: "needs an event or a time after which it fires, and not both",
  });

/** Nodes and containers with the same key: at most `max` of them are active at once in the run. */
export const limitSchema = z.strictObject({
  key: z
    .string()
    .min(1)
    .max(200)
    .refine(isFree, inherited)
    .meta({ title: "Shared name", description: "Steps with the same name count together." }),
  max: z.int().min(1).max(1_000).meta({ title: "At most" }),
  scope: z.enum(["run", "organization"]).default("run").meta({ title: "Counted in" }),
});
export type Limit = z.infer<typeof limitSchema>;

/** JSON Schemas (2020-12) that what goes in and comes out is checked against when the step runs. */
export const contractSchema = z.strictObject({
  input: z.record(z.string(), jsonValue).optional().meta({ control: "schema" }),
  output: z.record(z.string(), jsonValue).optional().meta({ control: "schema" }),
});
export type DataContract = z.infer<typeof contractSchema>;

export const assigneeSchema = z.strictObject({
  kind: z.enum(["anyone", "user", "role", "group"]),
  id: z.string().max(200).nullable().default(null),
});

export const nodeSchema = z.strictObject({
  id: nodeId,
  type: z.string().min(1).max(64),
  name: z.string().max(200).optional(),
  parentId: nodeId.nullable().default(null),
  position: z.strictObject({ x: z.number(), y: z.number() }).default({ x: 0, y: 0 }),
  size: z.strictObject({ width: z.number().positive(), height: z.number().positive() }).optional(),
  config: z.record(z.string(), jsonValue).default({}),
  retry: retrySchema.optional(),
  /** Of one attempt. */
  timeoutMs: z.int().min(1).max(86_400_000).optional(),
  /** Of all attempts and the pauses between them. */
  totalTimeoutMs: z.int().min(1).max(31_536_000_000).optional(),
  onError: onErrorSchema.default("fail"),
  /** Who is asked where onError is "escalate". */
  escalateTo: assigneeSchema.optional().meta({
    title: "Who is asked",
    description: "A person says what to do when the step has failed for good.",
  }),
  join: joinSchema.default("all"),
  /** Once the join holds, steps all of whose ways lead to it are cancelled. */
  cancelOthers: z.boolean().default(false).meta({
    title: "Stop the others",
    description: "Once it starts, steps that only lead here are cancelled.",
  }),
  on: z.array(handlerSchema).max(20).default([]).meta({
    title: "While it is at work",
    description:
      "Events and times that are listened for as long as the step goes on; each may have a way on of its own.",
    item: "Event",
  }),
  limit: limitSchema.optional().meta({
    title: "Limit how many at once",
    description: "Steps that share a name wait for each other, in one run or in all of the organisation.",
  }),
  /** Node of the same scope, without edges, that undoes this one where the run's failure is rolled back. */
  compensatedBy: nodeId.optional().meta({
    title: "Undone by",
    description: "Id of a step without connections, beside this one, that undoes it when the run is rolled back.",
    placeholder: "refund",
  }),
  contract: contractSchema.optional().meta({
    title: "Check what goes in and comes out",
    description:
      "JSON Schemas that the step’s settings and what it gives must fit when it runs. Of a container, a wait, an approval or a sub-workflow only the former is checked.",
    rare: true,
  }),
  irreversible: z.boolean().default(false),
});
export type WorkflowNode = z.infer<typeof nodeSchema>;

export const edgeSchema = z.strictObject({
  id: z.string().min(1).max(128).refine(isFree, inherited),
  source: nodeId,
  sourcePort: z.string().min(1).max(64).default("out"),
  target: nodeId,
  targetPort: z.string().min(1).max(64).default("in"),
});
export type WorkflowEdge = z.infer<typeof edgeSchema>;

export const variableSchema = z.strictObject({
  name: identifier,
  type: z.enum(["string", "number", "boolean", "object", "array", "any"]).default("any"),
  default: jsonValue.default(null),
  /** Ids of the nodes that may read it; without, all may. */
  readers: z.array(nodeId).max(1_000).optional(),
  /** Ids of the nodes that may write it; without, all `set` nodes may. Another node that is named here writes the field of its output with this name. */
  writers: z.array(nodeId).max(1_000).optional(),
});

export const settingsSchema = z.strictObject({
  maxConcurrency: z.int().min(1).max(1_000).default(10),
  timeoutMs: z.int().min(1_000).max(31_536_000_000).default(3_600_000),
  budgetUsd: z.number().positive().nullable().default(null),
  /** At the budget's limit the step fails, or a person is asked whether the run may spend more. */
  onBudget: z.enum(["stop", "ask"]).default("stop"),
  onFailure: z.enum(["stop", "finishOthers", "rollback"]).default("stop"),
});

/** The workflow file of the contract. Strict everywhere: an unknown field is refused with its path, never dropped. */
export const workflowFileSchema = z.strictObject({
  schemaVersion: z.literal(1, { error: "schemaVersion must be 1; this product does not read later versions" }),
  name: z.string().min(1).max(200),
  description: z.string().max(10_000).default(""),
  input: z.record(z.string(), jsonValue).default({ type: "object", properties: {} }),
  variables: z.array(variableSchema).max(200).default([]),
  settings: settingsSchema.prefault({}),
  nodes: z.array(nodeSchema).max(fileLimits.nodes),
  edges: z.array(edgeSchema).max(fileLimits.edges).default([]),
});
export type WorkflowFile = z.infer<typeof workflowFileSchema>;
/** What people write: the same with every default left out. */
export type WorkflowFileInput = z.input<typeof workflowFileSchema>;
