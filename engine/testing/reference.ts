import { frameId, stepId } from "../run/path.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import type { Oracle } from "./oracle.ts";

type Status = "completed" | "failed" | "skipped";

/**
 * What the graph means, written a second time and as plainly as can be: scope by scope, node by node in topological order, with no
 * events, no time and no state. The engine must come to the same end whatever the order in which the world answers.
 * Gives the status of each step, or "failed" alone when a failure ends the run (what else was under way then depends on time).
 */
export function interpret(plan: Plan, oracle: Oracle): Map<string, Status> | "failed" {
  const steps = new Map<string, Status>();
  return runScope(plan, oracle, "", "", steps) ? steps : "failed";
}

/** Runs one frame; false when a failure in it is not caught. */
function runScope(plan: Plan, oracle: Oracle, scope: string, frame: string, steps: Map<string, Status>): boolean {
  const taken = new Map<string, boolean>();
  for (const id of inOrder(plan, scope)) {
    const node = plan.nodes.get(id);
    if (node === undefined) continue;
    const count = node.incoming.filter((edge) => taken.get(edge.id) === true).length;
    const needed = typeof node.join === "object" ? node.join.atLeast : 1;
    const runs = node.incoming.length === 0 || count >= needed;
    const result = runs ? runNode(plan, oracle, node, frame, steps) : { status: "skipped" as const, ports: [] };
    if (result === null) return false;
    steps.set(stepId(frame, id), result.status);
    for (const edge of node.outgoing) taken.set(edge.id, result.ports.includes(edge.sourcePort));
  }
  return true;
}

interface Result {
  status: Status;
  ports: string[];
}

function runNode(plan: Plan, oracle: Oracle, node: PlanNode, frame: string, steps: Map<string, Status>): Result | null {
  const step = stepId(frame, node.id);
  const completed: Result = { status: "completed", ports: node.defaultPorts };
  switch (node.behaviour) {
    case "effect":
      return oracle.failures(step) < node.retry.maxAttempts ? completed : onError(node);
    case "approval":
      return { status: "completed", ports: [oracle.port(step)] };
    case "compute":
      return node.type === "choose" ? { status: "completed", ports: [oracle.port(step)] } : completed;
    case "loop": {
      const times = node.loopCondition === null ? oracle.items(step) : oracle.turns(step);
      // Which iterations had ended when one fails the loop depends on time: then none is told.
      const inner = new Map<string, Status>();
      for (let index = 0; index < times; index++) {
        const iteration = new Map<string, Status>();
        const whole = runScope(plan, oracle, node.id, frameId(step, index), iteration);
        if (!whole && node.config["onItemError"] !== "continue") return onError(node);
        if (whole) for (const [name, status] of iteration) inner.set(name, status);
      }
      for (const [name, status] of inner) steps.set(name, status);
      return completed;
    }
    case "try": {
      // Which steps inside had ended when one fails depends on time: then none is told.
      const inner = new Map<string, Status>();
      if (!runScope(plan, oracle, node.id, frameId(step, 0), inner)) return { status: "failed", ports: ["error"] };
      for (const [name, status] of inner) steps.set(name, status);
      return completed;
    }
    case "parallel":
      return runParallel(plan, oracle, node, step, steps) ? completed : onError(node);
    default:
      return completed;
  }
}

/** Branches share no edges, so each can be judged alone. */
function runParallel(plan: Plan, oracle: Oracle, node: PlanNode, step: string, steps: Map<string, Status>): boolean {
  const inner = new Map<string, Status>();
  const branches = plan.scopes.get(node.id)?.branches ?? [];
  let lost = 0;
  for (const branch of branches) {
    const part = new Map<string, Status>();
    const alone: Plan = {
      ...plan,
      scopes: new Map([...plan.scopes, [node.id, { ...branchScope(plan, node.id), nodes: branch }]]),
    };
    if (runScope(alone, oracle, node.id, frameId(step, 0), part))
      for (const [name, status] of part) inner.set(name, status);
    else lost += 1;
  }
  if (lost > 0 && (node.config["onBranchError"] !== "continue" || lost === branches.length)) return false;
  for (const [name, status] of inner) steps.set(name, status);
  return true;
}

function branchScope(plan: Plan, id: string): { id: string; roots: string[]; sinks: string[]; branches: string[][] } {
  const scope = plan.scopes.get(id);
  return { id, roots: scope?.roots ?? [], sinks: scope?.sinks ?? [], branches: scope?.branches ?? [] };
}

function onError(node: PlanNode): Result | null {
  if (node.onError === "fail") return null;
  if (node.onError === "skip") return { status: "failed", ports: [] };
  if (node.onError === "port") return { status: "failed", ports: ["error"] };
  return { status: "completed", ports: node.defaultPorts };
}

function inOrder(plan: Plan, scope: string): string[] {
  const left = new Set(plan.scopes.get(scope)?.nodes);
  const order: string[] = [];
  while (left.size > 0) {
    for (const id of left) {
      if (plan.nodes.get(id)?.incoming.some((edge) => left.has(edge.source)) === true) continue;
      order.push(id);
      left.delete(id);
    }
  }
  return order;
}
