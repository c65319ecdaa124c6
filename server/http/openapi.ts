import { z } from "zod";
import { problemSchema } from "../../contracts/api/problem.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import { isJsonObject } from "../../engine/json.ts";
import { workflowFileSchema } from "../../engine/workflow/file.ts";
import { rights } from "../auth/authorize.ts";
import type { Route } from "./route.ts";

/**
 * The API's description (OpenAPI 3.1), made from the schemas that check it. zod's own JSON Schema is the dialect of 3.1, so
 * nothing stands between the two.
 */
export function describeApi(routes: readonly Route[], serverUrl: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const one of routes) {
    const at = (paths[one.spec.path] ??= {});
    at[one.spec.method] = operation(one);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Baton",
      version: "1",
      description: "Draw teams of AI agents as workflows, run them durably, and decide what needs a person.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: serverUrl }],
    components: {
      schemas: { Problem: schemaOf(problemSchema, "output") },
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "An API key (baton_…) or a Supabase access token.",
        },
      },
    },
    security: [{ bearer: [] }],
    paths,
  };
}

/** The workflow file as JSON Schema 2020-12, for editors and for those who write files by hand. */
export function workflowFileJsonSchema(): JsonObject {
  return {
    ...schemaOf(workflowFileSchema, "input"),
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Baton workflow file",
  };
}

function operation({ spec, action }: Route): JsonObject {
  const body = spec.body ?? spec.described;
  const roles: readonly string[] = action === null ? [] : rights[action].roles;
  return {
    summary: spec.summary,
    tags: [spec.tag],
    operationId: `${spec.method}${spec.path.replaceAll(/[/{}-]+(\w?)/g, (_, first: string) => first.toUpperCase())}`,
    ...(action === null ? { security: [] } : { "x-baton-action": action, "x-baton-roles": [...roles] }),
    parameters: [
      ...parameters(spec.params, "path"),
      ...parameters(spec.query, "query"),
      ...(spec.method === "get" ? [] : [idempotencyKey]),
      ...(action === null ? [] : [organization]),
    ],
    ...(body === undefined ? {} : { requestBody: { content: content(body, "input", "application/json") } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(spec.answers).map(([status, answer]) => [
          status,
          {
            description: answer.description,
            ...(answer.schema === undefined
              ? {}
              : { content: content(answer.schema, "output", answer.contentType ?? "application/json") }),
          },
        ]),
      ),
      default: {
        description: "A problem, with its code and the fields at fault",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

const idempotencyKey: JsonObject = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "The same key with the same body gives the same answer, for 24 hours.",
  schema: { type: "string", maxLength: 255 },
};

const organization: JsonObject = {
  name: "Baton-Organization",
  in: "header",
  required: false,
  description: "Which of your organisations is meant; the first one you joined when it is left out.",
  schema: { type: "string", format: "uuid" },
};

function parameters(schema: z.ZodType | undefined, place: "path" | "query"): JsonObject[] {
  if (schema === undefined) return [];
  const { properties, required } = schemaOf(schema, "input");
  if (!isJsonObject(properties)) return [];
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: place === "path" || needed.includes(name),
    schema: one,
  }));
}

function content(schema: z.ZodType, io: "input" | "output", type: string): JsonObject {
  return { [type]: { schema: schemaOf(schema, io) } };
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): JsonObject {
  const made = z.json().parse(z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "inline" }));
  const plain = withoutDefinitions(made);
  if (!isJsonObject(plain)) throw new TypeError("A schema became something other than an object.");
  const { $schema: _dialect, ...rest } = plain;
  return rest;
}

/**
 * The one schema that refers to itself is "any JSON", and JSON Schema says that with no words at all. Its definitions go, since
 * a reference to them would mean something else inside the document of the API.
 */
function withoutDefinitions(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutDefinitions);
  if (!isJsonObject(value)) return value;
  const { $ref: reference, $defs: _definitions, ...rest } = value;
  const kept: JsonObject = Object.fromEntries(
    Object.entries(rest).map(([key, one]): [string, Json] => [key, withoutDefinitions(one)]),
  );
  if (typeof reference === "string" && reference !== "#" && !reference.startsWith("#/$defs/")) kept["$ref"] = reference;
  return kept;
}
