import { frameId, stepId } from "../../../engine/run/path.ts";
import type { RunView, StepView } from "../../../engine/run/projection.ts";
import { isStepEnded } from "../../../engine/run/status.ts";
import type { Plan, PlanEdge } from "../../../engine/workflow/plan.ts";
import type { PortsTaken } from "./ports-taken.ts";
import type { NodeCount, StepTree } from "./step-tree.ts";

/** What the drawing shows of one node: the execution in the iteration that is looked at, and how often it ran in all. */
export interface NodeRun {
  step: StepView | null;
  /** Index of the iteration shown, of how many that were begun; null outside of loops. */
  iteration: { index: number; begun: number; total: number | null } | null;
  count: NodeCount;
}

/** `moving` while what it leads to works; `open` until its source is decided. */
export type EdgeRun = "open" | "taken" | "moving" | "skipped" | "error";

export interface GraphRun {
  nodes: ReadonlyMap<string, NodeRun>;
  edges: ReadonlyMap<string, EdgeRun>;
}

export const emptyGraph: GraphRun = { nodes: new Map(), edges: new Map() };

/**
 * The drawing's state at one moment. A container shows one of its executions inside: that of the step that was chosen, else the last.
 * Nodes that look as before keep their identity, so that nothing is drawn again for them.
 */
export function graphState(
  plan: Plan,
  view: Pick<RunView, "seq">,
  index: StepTree,
  ports: PortsTaken,
  chosen: string | null,
  before: GraphRun,
): GraphRun {
  const nodes = new Map<string, NodeRun>();
  const edges = new Map<string, EdgeRun>();

  function drawScope(scope: string, frame: string | null, iteration: NodeRun["iteration"]): void {
    const members = plan.scopes.get(scope)?.nodes ?? [];
    for (const id of members) {
      const node = plan.nodes.get(id);
      if (node === undefined) continue;
      const step = frame === null ? null : index.step(stepId(frame, id));
      nodes.set(id, kept(before.nodes.get(id), { step, iteration, count: index.count(id) }));
      if (!plan.scopes.has(id)) continue;
      const inside = step === null ? null : shownIndex(step.step, index, chosen);
      const inner =
        node.behaviour === "loop" && step !== null && inside !== null
          ? { index: inside, begun: (index.lastFrame(step.step) ?? 0) + 1, total: step.progress?.total ?? null }
          : iteration;
      drawScope(id, step === null || inside === null ? null : frameId(step.step, inside), inner);
    }
    for (const id of members) {
      for (const edge of plan.nodes.get(id)?.outgoing ?? []) {
        edges.set(edge.id, edgeState(edge, nodes.get(id)?.step ?? null, nodes.get(edge.target)?.step ?? null));
      }
    }
  }

  function edgeState(edge: PlanEdge, source: StepView | null, target: StepView | null): EdgeRun {
    if (source === null) return "open";
    // Beside a step that goes on, or in place of what it would have given: known by what stands at the other end.
    if (plan.nodes.get(source.node)?.handlers.some(({ port }) => port === edge.sourcePort) === true) {
      const began = target !== null && target.status !== "pending" && target.status !== "skipped";
      if (began) return target.status === "running" || target.status === "queued" ? "moving" : "taken";
      return isStepEnded(source.status) ? "skipped" : "open";
    }
    if (!isStepEnded(source.status)) return "open";
    if (source.status === "skipped" || source.status === "cancelled") return "skipped";
    if (source.status === "failed" && plan.nodes.get(source.node)?.onError === "fail") return "open";
    const status = source.status === "failed" ? "failed" : "completed";
    if (!ports.of(source.step, status, view.seq).includes(edge.sourcePort)) return "skipped";
    if (target !== null && (target.status === "running" || target.status === "queued")) return "moving";
    return edge.sourcePort === "error" ? "error" : "taken";
  }

  drawScope("", "", null);
  return { nodes, edges: sameEdges(before.edges, edges) ? before.edges : edges };
}

/** Which execution of a container's inside is looked at; null while there is none. */
function shownIndex(container: string, index: StepTree, chosen: string | null): number | null {
  const last = index.lastFrame(container);
  if (last === null || chosen === null || !chosen.startsWith(`${container}.`)) return last;
  const asked = Number.parseInt(chosen.slice(container.length + 1), 10);
  return Number.isInteger(asked) ? Math.min(asked, last) : last;
}

function kept(before: NodeRun | undefined, now: NodeRun): NodeRun {
  if (before === undefined || before.step !== now.step) return now;
  const sameCount =
    before.count === now.count ||
    (before.count.ended === now.count.ended &&
      before.count.begun === now.count.begun &&
      before.count.failed === now.count.failed);
  const sameIteration =
    before.iteration?.index === now.iteration?.index &&
    before.iteration?.begun === now.iteration?.begun &&
    before.iteration?.total === now.iteration?.total;
  return sameCount && sameIteration ? before : now;
}

function sameEdges(a: ReadonlyMap<string, EdgeRun>, b: ReadonlyMap<string, EdgeRun>): boolean {
  if (a.size !== b.size) return false;
  for (const [id, state] of b) if (a.get(id) !== state) return false;
  return true;
}
