import type { Figure } from "./figure.ts";
import { spread } from "./figure.ts";
import { chain, startProduct } from "./product.ts";

const runs = 1_500;
const inFlight = 50;
const alone = 100;

/** W1: ten computing steps with expressions, by HTTP to the reply with the finished run, journal committed, everything on. */
export async function measureThroughput(): Promise<Figure[]> {
  const product = await startProduct();
  try {
    const id = await product.importWorkflow(chain(10));
    const once = async (): Promise<number> => {
      const began = performance.now();
      const run = (await product.call("POST", `/workflows/${id}/runs?wait=30`, { input: { n: 1 } })) as {
        status: string;
        output: { n: number };
      };
      if (run.status !== "completed" || run.output.n !== 11)
        throw new Error(`a run ended wrong: ${JSON.stringify(run).slice(0, 500)}`);
      return performance.now() - began;
    };
    for (let i = 0; i < 50; i++) await once();
    const single: number[] = [];
    for (let i = 0; i < alone; i++) single.push(await once());
    const loaded: number[] = [];
    let left = runs;
    const began = performance.now();
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (left-- > 0) loaded.push(await once());
      }),
    );
    const seconds = (performance.now() - began) / 1000;
    return [
      { name: `W1, ${inFlight} in flight`, value: runs / seconds, unit: "runs/s" },
      ...spread("W1 alone, request to finished run", single),
      ...spread(`W1 with ${inFlight} in flight`, loaded),
    ];
  } finally {
    await product.stop();
  }
}
