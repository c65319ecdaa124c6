/** What a minimal interpreter runs: no ports, no expressions, nothing that is checked. */
export interface GraphNode {
  id: string;
  needs: string[];
  does: "start" | "add" | "call" | "ask" | "join" | "loop";
  times?: number;
  url?: string;
}

export type Graph = GraphNode[];

export interface World {
  call(url: string): Promise<unknown>;
  ask(key: string): Promise<unknown>;
  /** Notes a finished step; whoever waits for it gives a promise. */
  done(step: string, output: unknown): Promise<void> | void;
}

export interface Interpreted {
  output: unknown;
  history: { step: string; output: unknown }[];
}

/**
 * Runs a graph in this process, steps that only compute one after another and the others side by side: the least that can be
 * called running a workflow, and so the measure of what everything else costs.
 */
export async function interpret(graph: Graph, input: { n: number }, world: World): Promise<Interpreted> {
  const outputs = new Map<string, unknown>();
  const history: Interpreted["history"] = [];
  const missing = new Map(graph.map((node) => [node.id, node.needs.length]));
  const after = new Map<string, GraphNode[]>();
  for (const node of graph) for (const need of node.needs) after.set(need, [...(after.get(need) ?? []), node]);

  const finish = async (node: GraphNode, output: unknown): Promise<void> => {
    outputs.set(node.id, output);
    history.push({ step: node.id, output });
    const noted = world.done(node.id, output);
    if (noted !== undefined) await noted;
    const ready = (after.get(node.id) ?? []).filter((next) => {
      const left = (missing.get(next.id) ?? 0) - 1;
      missing.set(next.id, left);
      return left === 0;
    });
    if (ready.length === 1 && ready[0] !== undefined) await run(ready[0]);
    else await Promise.all(ready.map(run));
  };
  const run = async (node: GraphNode): Promise<void> => {
    const [first] = node.needs;
    const before = first === undefined ? input : outputs.get(first);
    if (node.does === "loop") {
      for (let index = 0; index < (node.times ?? 0); index++) {
        history.push({ step: `${node.id}.${index}`, output: index });
        const noted = world.done(`${node.id}.${index}`, index);
        if (noted !== undefined) await noted;
      }
    }
    await finish(node, await outputOf(node, before, world));
  };
  await Promise.all(graph.filter(({ needs }) => needs.length === 0).map(run));
  return { output: outputs.get(graph.at(-1)?.id ?? ""), history };
}

function outputOf(node: GraphNode, before: unknown, world: World): unknown {
  if (node.does === "call") return world.call(node.url ?? "");
  if (node.does === "ask") return world.ask(node.id);
  if (node.does === "loop") return { count: node.times };
  if (node.does !== "add") return before;
  return { n: typeof before === "object" && before !== null && "n" in before ? Number(before.n) + 1 : 1 };
}
