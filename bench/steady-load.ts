import { z } from "zod";
import type { WorkflowFileInput } from "../engine/workflow/file.ts";
import { chain, type Product } from "./product.ts";

/** How often each kind of work begins. Together a fifth to a third of what two cores can do. */
const everyMs = {
  computing: 100,
  code: 500,
  looping: 2_000,
  agents: 1_000,
  approvals: 5_000,
  reading: 1_000,
  page: 5_000,
};
/** Who is this far behind is not asked for more: the load is to be steady, not to pile up. */
const mostUnderWay = 20;
/** A run may wait behind others; one that takes this long is lost. */
const patienceMs = 60_000;

const ended = z.object({ id: z.string(), status: z.string(), error: z.unknown() });
const page = z.object({ items: z.array(z.object({ id: z.string() })) });

/** A load that goes on until it is stopped. */
export interface SteadyLoad {
  /** Resolves with what was done, by kind, when the last of it has ended. @throws when any of it did not end well */
  stop(): Promise<Record<string, number>>;
}

/** Runs that compute, evaluate code, loop and ask agents and people, and people who look: each kind at a rate of its own. */
export async function startSteadyLoad(product: Product): Promise<SteadyLoad> {
  const ids = {
    computing: await product.importWorkflow(chain(10)),
    code: await product.importWorkflow(code()),
    looping: await product.importWorkflow(looping()),
    agents: await product.importWorkflow(agents()),
    approvals: await product.importWorkflow(asking()),
  };
  const complete = async (id: string): Promise<void> => {
    const run = ended.parse(await product.call("POST", `/workflows/${id}/runs?wait=60`, { input: { n: 1 } }));
    if (run.status !== "completed")
      throw new Error(`run ${run.id} ended as ${run.status}: ${JSON.stringify(run.error)}`);
  };
  const work: Record<keyof typeof everyMs, () => Promise<void>> = {
    computing: () => complete(ids.computing),
    code: () => complete(ids.code),
    looping: () => complete(ids.looping),
    agents: () => complete(ids.agents),
    approvals: () => decided(product, ids.approvals),
    reading: () => read(product),
    page: async () => {
      await (await fetch(`${product.url}/sign-in`)).text();
    },
  };
  const done: Record<string, number> = {};
  const under = new Set<Promise<void>>();
  let failure: unknown = null;
  const timers = Object.entries(work).map(([name, once]) => {
    done[name] = 0;
    let own = 0;
    const begin = async (): Promise<void> => {
      own += 1;
      try {
        await once();
        done[name] = (done[name] ?? 0) + 1;
      } catch (error) {
        failure ??= error;
      } finally {
        own -= 1;
      }
    };
    return setInterval(
      () => {
        if (own >= mostUnderWay) return;
        const begun = begin();
        under.add(begun);
        void begun.finally(() => under.delete(begun));
      },
      everyMs[name as keyof typeof everyMs],
    );
  });
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(under);
      if (failure !== null) throw failure;
      return done;
    },
  };
}

/** A run that asks, and the decision as soon as the request is there. */
async function decided(product: Product, workflow: string): Promise<void> {
  const { id } = z
    .object({ id: z.string() })
    .parse(await product.call("POST", `/workflows/${workflow}/runs`, { input: {} }));
  const deadline = performance.now() + patienceMs;
  const until = async <T>(ask: () => Promise<T | undefined>): Promise<T> => {
    for (;;) {
      const found = await ask();
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`run ${id} that asks did not go on`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const approval = await until(
    async () => page.parse(await product.call("GET", `/approvals?status=pending&runId=${id}`)).items[0],
  );
  await product.call("POST", `/approvals/${approval.id}/decision`, { decision: "approve" });
  await until(async () =>
    ended.parse(await product.call("GET", `/runs/${id}`)).status === "completed" ? true : undefined,
  );
}

/** What somebody who looks asks for: the list, and the newest run with all its steps and events. */
async function read(product: Product): Promise<void> {
  const { items } = page.parse(await product.call("GET", "/runs?limit=50"));
  const newest = items[0];
  if (newest === undefined) return;
  await product.call("GET", `/runs/${newest.id}`);
  await product.call("GET", `/runs/${newest.id}/events?limit=1000`);
}

/** An expression that is code is evaluated in the sandbox. */
function code(): WorkflowFileInput {
  return {
    schemaVersion: 1,
    name: "Soak: code",
    nodes: [
      { id: "start", type: "start" },
      {
        id: "sum",
        type: "transform",
        config: { value: { n: "{{ Array.from({ length: 1000 }, (_, i) => i * i).reduce((a, b) => a + b, 0) }}" } },
      },
      { id: "done", type: "output", config: { value: "{{ sum.outputs.n }}" } },
    ],
    edges: [
      { id: "e1", source: "start", target: "sum" },
      { id: "e2", source: "sum", target: "done" },
    ],
  };
}

function looping(): WorkflowFileInput {
  return {
    schemaVersion: 1,
    name: "Soak: loop",
    nodes: [
      { id: "start", type: "start" },
      { id: "each", type: "loop", config: { mode: "times", times: 500 } },
      { id: "index", type: "transform", parentId: "each", config: { value: "{{ loop.index }}" } },
    ],
    edges: [{ id: "e1", source: "start", target: "each" }],
  };
}

function agents(): WorkflowFileInput {
  const ids = Array.from({ length: 5 }, (_, index) => `a${index}`);
  return {
    schemaVersion: 1,
    name: "Soak: agents",
    nodes: [
      { id: "start", type: "start" },
      ...ids.map((id) => ({ id, type: "agent", config: { prompt: "Say yes.", maxTokens: 20 } })),
    ],
    edges: ids.map((id, index) => ({ id: `e${index}`, source: index === 0 ? "start" : `a${index - 1}`, target: id })),
  };
}

function asking(): WorkflowFileInput {
  return {
    schemaVersion: 1,
    name: "Soak: approval",
    nodes: [
      { id: "start", type: "start" },
      { id: "ask", type: "approval", config: { title: "Go on?" } },
      { id: "yes", type: "output", config: { value: "{{ ask.outputs }}" } },
    ],
    edges: [
      { id: "e1", source: "start", target: "ask" },
      { id: "e2", source: "ask", sourcePort: "approve", target: "yes" },
    ],
  };
}
