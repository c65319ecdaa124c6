import type { ApprovalView } from "../../contracts/api/approval.ts";
import type { Json } from "../../engine/json.ts";

/** What the decision bar and the pages behind links have in common. */
export type ApprovalSubject = Omit<ApprovalView, "assignee" | "decidedBy" | "delegation" | "canDecide">;

type Option = ApprovalSubject["options"][number];
type FieldSpec = ApprovalSubject["requiredFields"][number];

/** The option a key decides for: A the first that approves, R the first that rejects. */
export function optionOf(approval: ApprovalSubject, kind: "approve" | "reject"): Option | null {
  return approval.options.find((option) => option.kind === kind) ?? null;
}

export interface Draft {
  comment: string;
  /** Texts of the fields' controls, by name. */
  fields: Readonly<Record<string, string>>;
}

export type Answer =
  | { ok: true; body: { decision: string; comment: string | null; fields: Record<string, Json> } }
  | { ok: false; faults: Record<string, string> };

/** What is sent for a decision, or what is missing by field. Turning something down needs no fields, only words. */
export function answerOf(approval: ApprovalSubject, option: Option, draft: Draft): Answer {
  const fields: Record<string, Json> = {};
  const faults: Record<string, string> = {};
  const declines = option.kind === "reject" || option.kind === "changes";
  for (const spec of approval.requiredFields) {
    const text = draft.fields[spec.name] ?? "";
    if (spec.type !== "boolean" && text.trim() === "") {
      if (spec.required && !declines) faults[spec.name] = "This is needed to decide.";
      continue;
    }
    const value = valueOf(spec, text);
    if (value === undefined) faults[spec.name] = "This must be a number.";
    else fields[spec.name] = value;
  }
  if (option.kind === "changes" && draft.comment.trim() === "") faults["comment"] = "Say what should change.";
  if (Object.keys(faults).length > 0) return { ok: false, faults };
  const comment = draft.comment.trim() === "" ? null : draft.comment.trim();
  return { ok: true, body: { decision: option.id, comment, fields } };
}

function valueOf(spec: FieldSpec, text: string): Json | undefined {
  if (spec.type === "boolean") return text === "true";
  if (spec.type !== "number") return text;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
