"use client";

import { Plug } from "lucide-react";
import { createContext, useContext, type ReactNode } from "react";
import type { Breaker } from "../../../contracts/api/breaker.ts";
import { agentOf } from "../../../engine/agent.ts";
import type { WorkflowNode } from "../../../engine/workflow/file.ts";
import { useBreakers } from "../../shell/use-breakers.ts";

const Context = createContext<readonly Breaker[]>([]);

/** Knows what is cut off at the moment, for the steps that would call it. */
export function BreakersProvider({ children }: { children: ReactNode }) {
  return <Context value={useBreakers() ?? []}>{children}</Context>;
}

/** What a step calls that is cut off now; null where all of it answers, or only a run can tell. */
function cutOff({ type, config }: WorkflowNode, breakers: readonly Breaker[]): Breaker | null {
  const find = (kind: Breaker["kind"], name: string): Breaker | null =>
    breakers.find((each) => each.kind === kind && each.name === name) ?? null;
  if (type === "http") {
    const { url } = config;
    return typeof url === "string" && URL.canParse(url) ? find("host", new URL(url).host) : null;
  }
  if (type !== "agent") return null;
  const agent = agentOf(config);
  const model = typeof config["model"] === "string" ? config["model"] : null;
  if (agent === null) return find("model", model ?? "default model");
  return find("agent", agent.id) ?? (model === null ? null : find("model", model));
}

/** The mark of a step whose model, host or agent is cut off: in words for those who hover or listen. */
export function BreakerMark({ node }: { node: WorkflowNode }) {
  const breaker = cutOff(node, useContext(Context));
  if (breaker === null) return null;
  const again =
    breaker.openUntil === null || breaker.state === "half-open"
      ? "the next call tries it again"
      : `tried again at ${new Date(breaker.openUntil).toLocaleTimeString()}`;
  const words = `Cut off: ${breaker.label} keeps failing; ${again}`;
  return (
    <span title={words} className="shrink-0 text-failed">
      <Plug aria-hidden className="size-4" strokeWidth={1.8} />
      <span className="sr-only">{words}</span>
    </span>
  );
}
