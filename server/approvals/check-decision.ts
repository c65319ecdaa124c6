import type { Approval, Decide } from "../../contracts/api/approval.ts";
import type { FieldProblem } from "../../contracts/api/problem.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Json, JsonObject } from "../../engine/json.ts";

type Field = Approval["requiredFields"][number];

/**
 * Checks a decision against its request: one of the options, every required field filled, each of its type, none unknown.
 * Required fields bind who approves, not who rejects: a refusal needs no purchase order number.
 * @throws BatonError INPUT_INVALID with a pointer for each fault
 */
export function checkDecision(approval: Approval, decision: Decide): void {
  const errors: FieldProblem[] = [];
  const option = approval.options.find((one) => one.id === decision.decision);
  if (option === undefined) {
    const choices = approval.options.map((one) => one.id).join(", ");
    errors.push({ path: "/decision", code: "option", message: `must be one of: ${choices}` });
  }
  const known = new Map(approval.requiredFields.map((field) => [field.name, field]));
  for (const [name, value] of Object.entries(decision.fields)) {
    const field = known.get(name);
    const fault = field === undefined ? "is not a field of this request" : valueFault(field, value);
    if (fault !== null) errors.push({ path: `/fields/${name}`, code: "field", message: fault });
  }
  const binding = option !== undefined && option.kind === "approve";
  for (const field of binding ? approval.requiredFields : []) {
    const value = Object.hasOwn(decision.fields, field.name) ? decision.fields[field.name] : undefined;
    if (field.required && isEmpty(value)) {
      errors.push({
        path: `/fields/${field.name}`,
        code: "required",
        message: `${field.label || field.name} is required`,
      });
    }
  }
  if (errors.length === 0) return;
  throw new BatonError("INPUT_INVALID", `The decision was not recorded: ${errors[0]?.message ?? "it is incomplete"}.`, {
    details: { errors: errors.map((error) => ({ ...error }) as JsonObject) },
  });
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}

function valueFault(field: Field, value: Json): string | null {
  if (value === null) return null;
  switch (field.type) {
    case "string":
      return typeof value === "string" && value.length <= 1_000 ? null : "must be a text of at most 1,000 characters";
    case "text":
      return typeof value === "string" && value.length <= 20_000 ? null : "must be a text of at most 20,000 characters";
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? null : "must be a number";
    case "boolean":
      return typeof value === "boolean" ? null : "must be true or false";
    case "date":
      return typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value))
        ? null
        : "must be a date like 2026-03-31";
  }
}
