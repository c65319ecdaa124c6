import type { AgentCheck, AgentUse } from "../../contracts/api/agent.ts";
import type { AgentSettings } from "../../engine/agent.ts";
import type { JsonObject } from "../../engine/json.ts";
import { incompatibilities } from "../../engine/workflow/compatibility.ts";

/** Free text, which an agent without an output contract answers. */
const freeText: JsonObject = { type: "object", properties: { text: { type: "string" } }, required: ["text"] };

/** What breaks for those who use an agent when its settings become others: its contracts alone are promises. */
export function contractChanges(before: AgentSettings, after: AgentSettings): AgentCheck["changes"] {
  const input = incompatibilities(before.input ?? { type: "object" }, after.input ?? { type: "object" }, "input");
  const output = incompatibilities(before.output ?? freeText, after.output ?? freeText, "output");
  return [
    ...input.map((change) => ({ side: "input" as const, ...change })),
    ...output.map((change) => ({ side: "output" as const, ...change })),
  ];
}

/** Those who follow the newest version and so meet the change with their next run. */
export function followers(uses: readonly AgentUse[]): AgentUse[] {
  return uses.filter(({ version }) => version === null);
}
