import { z } from "zod";
import { type ApprovalView, approvalPageSchema, approvalViewSchema } from "../../contracts/api/approval.ts";
import { isJsonObject, type Json } from "../../engine/json.ts";
import { type Api, ApiFailure } from "../api.ts";
import { connect } from "../connection.ts";
import { CliFailure, exitCodes, wrongUsage } from "../failure.ts";
import { approveCommand } from "../run-view.ts";
import type { Terminal } from "./context.ts";

export interface ApproveOptions {
  reject?: boolean;
  decision?: string;
  comment?: string;
  field?: string[];
}

/** What the API says of a decision that was recorded; more than this is not needed. */
const decidedSchema = z.looseObject({ decision: z.string().nullable().optional() });

/** Decides an approval, named by its own id or by the run that waits for it. */
export async function approve(terminal: Terminal, id: string, options: ApproveOptions): Promise<number> {
  if (!z.uuid().safeParse(id).success) throw wrongUsage(`"${id}" is not the id of an approval or a run.`);
  if (options.reject === true && options.decision !== undefined)
    throw wrongUsage("Give either --reject or --decision.");
  const fields = readFields(options.field ?? []);
  const { api } = await connect({ start: false, say: terminal.say, env: terminal.env });
  const approval = await find(api, id);
  const option = choose(approval, options);
  const body = { decision: option.id, comment: options.comment ?? null, fields: typed(approval, fields) };
  try {
    await api.ask(`/approvals/${approval.id}/decision`, decidedSchema, { method: "POST", body });
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 409) throw alreadyDecided(error);
    throw error;
  }
  terminal.print(`${terminal.paint("green", "✓")} ${option.label}: ${approval.title}`);
  terminal.say(`The run goes on: npm run baton -- logs ${approval.runId} --follow`);
  return exitCodes.success;
}

async function find(api: Api, id: string): Promise<ApprovalView> {
  try {
    return await api.ask(`/approvals/${id}`, approvalViewSchema);
  } catch (error) {
    if (!(error instanceof ApiFailure && error.status === 404)) throw error;
  }
  const { items } = await api.ask(`/approvals?runId=${id}&status=pending`, approvalPageSchema);
  const [only, ...others] = items;
  if (only === undefined)
    throw new CliFailure(`There is no approval with the id ${id}, and no run of that id waits for one.`);
  if (others.length === 0) return only;
  const list = items.map((each) => `  ${each.title}\n    ${approveCommand(each.id)}`).join("\n");
  throw new CliFailure(`Run ${id} waits for several decisions. Choose one:\n${list}`, exitCodes.usage);
}

/** @throws CliFailure naming the options, usage */
export function choose(
  approval: Pick<ApprovalView, "options">,
  options: Pick<ApproveOptions, "reject" | "decision">,
): ApprovalView["options"][number] {
  const wanted = options.decision?.toLowerCase();
  const found =
    wanted === undefined
      ? approval.options.find((option) => option.kind === (options.reject === true ? "reject" : "approve"))
      : (approval.options.find((option) => option.id.toLowerCase() === wanted) ??
        approval.options.find((option) => option.label.toLowerCase() === wanted));
  if (found !== undefined) return found;
  const known = approval.options.map((option) => `  --decision ${option.id}   ${option.label}`).join("\n");
  const what =
    wanted === undefined
      ? `has no option that ${options.reject === true ? "rejects" : "approves"}`
      : `has no option "${options.decision}"`;
  throw wrongUsage(`This approval ${what}. It has:\n${known}`);
}

/** `--field name=value`, as often as there are fields. @throws CliFailure, usage */
export function readFields(given: string[]): Map<string, string> {
  return new Map(
    given.map((each): [string, string] => {
      const at = each.indexOf("=");
      if (at < 1) throw wrongUsage(`--field ${each}: write it as NAME=VALUE.`);
      return [each.slice(0, at), each.slice(at + 1)];
    }),
  );
}

/** Fields in the type that the request asks for; unknown ones go as they are, and the API says so. */
function typed(approval: Pick<ApprovalView, "requiredFields">, fields: Map<string, string>): Record<string, Json> {
  const types = new Map(approval.requiredFields.map((field) => [field.name, field.type]));
  return Object.fromEntries(
    [...fields].map(([name, value]): [string, Json] => {
      const type = types.get(name);
      if (type === "number" && value.trim() !== "" && Number.isFinite(Number(value))) return [name, Number(value)];
      return [name, type === "boolean" && /^(true|false)$/.test(value) ? value === "true" : value];
    }),
  );
}

function alreadyDecided(error: ApiFailure): CliFailure {
  const current = error.problem?.current;
  if (current === undefined || !isJsonObject(current)) return error;
  const decision = typeof current["decision"] === "string" ? ` (${current["decision"]})` : "";
  const who = typeof current["decidedByLabel"] === "string" ? ` by ${current["decidedByLabel"]}` : "";
  return new CliFailure(`This was decided already${decision}${who}. Nothing was changed.`);
}
