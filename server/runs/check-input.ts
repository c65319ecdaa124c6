import vm from "node:vm";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { FieldProblem } from "../../contracts/api/problem.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Json, JsonObject } from "../../engine/json.ts";

/** Throws BatonError INPUT_INVALID with a JSON pointer for each fault. */
export type InputCheck = (input: Json) => void;

/** Named limits of an input schema and of checking with it. */
const schemaBytes = 64_000;
const checkMs = 500;
/** The watchdog goes by the clock: who did not get the processor meanwhile is given this many more turns. */
const mostTurns = 10;
/** How long a schema that took too long is not tried again: its author must not be able to hold the process up by asking. */
const restMs = 30_000;
const mostErrors = 50;

/**
 * Authors write these schemas, so one may be hostile: a pattern that backtracks for ever, references that double at
 * each level. Compiling and checking run under V8's own watchdog, which stops regular expressions too.
 */
function bounded<T>(work: () => T): T {
  const context = vm.createContext({ work });
  const began = processorMs();
  for (let turn = 1; ; turn++) {
    try {
      return vm.runInContext("work()", context, { timeout: checkMs }) as T;
    } catch (error) {
      if (!isTimeout(error)) throw error;
      if (turn >= mostTurns || processorMs() - began >= checkMs * 0.8) throw tooSlow();
    }
  }
}

/** Time that this thread had the processor. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The watchdog's error is of the context's own realm, so `instanceof Error` does not know it. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}

function tooSlow(): BatonError {
  return schemaUnusable(`checking takes longer than ${checkMs} ms; simplify its patterns and references`);
}

/** Schemas of these words alone check in time linear in the input, without the watchdog. */
const plainWords = new Set([
  "type",
  "properties",
  "required",
  "title",
  "description",
  "default",
  "examples",
  "enum",
  "const",
  "items",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "additionalProperties",
  "$schema",
]);

function isPlain(schema: Json | undefined, depth = 0): boolean {
  if (schema === undefined || typeof schema === "boolean") return true;
  if (schema === null || typeof schema !== "object" || Array.isArray(schema) || depth > 20) return false;
  return Object.entries(schema).every(([word, value]) => {
    if (!plainWords.has(word)) return false;
    if (word === "items" || word === "additionalProperties") return isPlain(value, depth + 1);
    if (word !== "properties") return true;
    return value !== null && typeof value === "object" && Object.values(value).every((one) => isPlain(one, depth + 1));
  });
}

/**
 * Compiles the `input` schema of a workflow file (JSON Schema 2020-12) into a check of run inputs.
 * @throws BatonError WORKFLOW_INVALID when it is not a schema, refers to other documents or costs too much
 */
export function createInputCheck(schema: JsonObject): InputCheck {
  if (Buffer.byteLength(JSON.stringify(schema)) > schemaBytes) {
    throw schemaUnusable(`it is larger than ${schemaBytes / 1_000} kB`);
  }
  const plain = isPlain(schema);
  const ajv = newAjv();
  const validate = plain ? compileSchema(ajv, schema) : bounded(() => compileSchema(ajv, schema));
  let restUntil = 0;

  function holds(input: Json): boolean {
    if (plain) return validate(input) === true;
    if (performance.now() < restUntil) throw tooSlow();
    const began = processorMs();
    try {
      return bounded(() => runCheck(validate, input));
    } finally {
      if (processorMs() - began >= checkMs * 0.8) restUntil = performance.now() + restMs;
    }
  }

  return (input) => {
    if (holds(input)) return;
    const errors = validate.errors ?? [];
    throw inputInvalid(errors.slice(0, mostErrors).map(inputProblem));
  };
}

/** @throws BatonError WORKFLOW_INVALID like createInputCheck, for a schema that is about to be stored */
export function checkInputSchema(schema: JsonObject): void {
  createInputCheck(schema);
}

/** A new one each time: schemas of different workflows may carry the same $id. */
function newAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    logger: false,
    addUsedSchema: false,
    // `constructor` or `toString` are not there just because every object has them.
    ownProperties: true,
  });
  formats.default(ajv);
  return ajv;
}

function compileSchema(ajv: Ajv2020, schema: JsonObject): ValidateFunction {
  // People paste schemas that name an older dialect; what those mean for forms is the same in this one.
  const { $schema: _dialect, $async: _never, ...rest } = schema;
  try {
    return ajv.compile(rest);
  } catch (error) {
    throw schemaUnusable(error instanceof Error ? error.message : "it cannot be compiled", error);
  }
}

function runCheck(validate: ValidateFunction, input: Json): boolean {
  try {
    return validate(input) === true;
  } catch (error) {
    if (error instanceof RangeError) throw schemaUnusable("its references never end", error);
    throw error;
  }
}

function schemaUnusable(why: string, cause?: unknown): BatonError {
  return new BatonError("WORKFLOW_INVALID", `The workflow's input schema cannot be used: ${why}.`, {
    cause,
    details: {
      errors: [
        {
          path: "/input",
          code: "file",
          message: `the input schema cannot be used: ${why}`,
          fix: "Write a JSON Schema (2020-12) without references to other documents.",
        },
      ],
    },
  });
}

function inputProblem(error: ErrorObject): FieldProblem {
  const missing: unknown = error.params["missingProperty"] ?? error.params["additionalProperty"];
  const below = typeof missing === "string" ? `/${missing.replaceAll("~", "~0").replaceAll("/", "~1")}` : "";
  const allowed: unknown = error.params["allowedValues"];
  const choices = Array.isArray(allowed) ? `: ${allowed.slice(0, 20).map(String).join(", ")}` : "";
  return {
    path: `/input${error.instancePath}${below}`,
    code: error.keyword,
    message: `${error.message ?? "does not fit the workflow's input schema"}${choices}`,
  };
}

function inputInvalid(errors: FieldProblem[]): BatonError {
  const first = errors[0];
  const detail = first === undefined ? "" : ` First: ${first.path} ${first.message}.`;
  return new BatonError("INPUT_INVALID", `The input does not fit what this workflow asks for.${detail}`, {
    details: { errors: errors.map((error) => ({ ...error }) as JsonObject) },
  });
}
