import { residentMemory } from "./engine/gauge.ts";
import { type Figure, percentile } from "./figure.ts";
import { startProduct } from "./product.ts";
import { startSteadyLoad } from "./steady-load.ts";

const sampleMs = 10_000;
const restMs = 10_000;
/** The first part of the time is not counted: code gets warm, caches and pools fill up once. */
const warmShare = 0.1;
const leastWarmMs = 60_000;
/** What the last third may have more than the first one, web and worker together, and what is no growth in any case: the collector's own swing. */
const mostGrowth = 0.1;
const swingMb = 20;

interface Sample {
  minutes: number;
  web: number;
  worker: number;
  together: number;
}

/**
 * The product under a steady, mixed load: what web and worker hold resident, each ten seconds, and once more when nothing was asked for
 * some seconds. Fails (exit status 1) when it is not flat.
 */
export async function measureSoak({ minutes }: { minutes: number }): Promise<Figure[]> {
  const product = await startProduct();
  try {
    const load = await startSteadyLoad(product);
    await pause(Math.max(leastWarmMs, minutes * 60_000 * warmShare));
    const samples: Sample[] = [];
    const began = performance.now();
    for (let next = began; next - began <= minutes * 60_000; next += sampleMs) {
      await pause(next - performance.now());
      const sample = look((performance.now() - began) / 60_000);
      if (Number.isNaN(sample.together)) throw new Error("the product is gone: there is no web or no worker process");
      samples.push(sample);
      console.log(
        `  ${sample.minutes.toFixed(1).padStart(5)} min  web ${sample.web.toFixed(0)} + worker ${sample.worker.toFixed(0)} = ${sample.together.toFixed(0)} MB`,
      );
    }
    const runs = await load.stop();
    await pause(restMs);
    const rest = look(0);
    return [
      { name: "soak, minutes measured", value: minutes, unit: "min" },
      ...Object.entries(runs).map(([name, value]) => ({ name: `soak, ${name}`, value, unit: "" })),
      ...(["web", "worker", "together"] as const).flatMap((part) => figuresOf(part, samples, rest)),
    ];
  } finally {
    await product.stop();
  }
}

function look(minutes: number): Sample {
  const sizes = residentMemory();
  const [web = Number.NaN, worker = Number.NaN] = [sizes.get("web"), sizes.get("worker")];
  return { minutes, web, worker, together: web + worker };
}

function figuresOf(part: "web" | "worker" | "together", samples: Sample[], rest: Sample): Figure[] {
  const sizes = samples.map((sample) => sample[part]);
  const third = Math.max(1, Math.floor(sizes.length / 3));
  const first = percentile(sizes.slice(0, third), 0.5);
  const last = percentile(sizes.slice(-third), 0.5);
  const figure = (name: string, value: number, unit = "MB"): Figure => ({
    name: `soak, ${part}: ${name}`,
    value,
    unit,
  });
  if (part === "together" && !isFlat(first, last)) {
    console.error(
      `Not flat: web and worker had ${first.toFixed(0)} MB in the first third, ${last.toFixed(0)} in the last.`,
    );
    process.exitCode = 1;
  }
  return [
    figure("median of the first third", first),
    figure("median of the last third", last),
    figure("slope", slope(samples.map(({ minutes }, index) => [minutes, sizes[index] ?? Number.NaN])), "MB/min"),
    figure("most", Math.max(...sizes)),
    figure(`at rest, after ${restMs / 1_000} s`, rest[part]),
  ];
}

/** What is not a number is not flat: a process that is gone was not measured. */
function isFlat(first: number, last: number): boolean {
  return last - first <= Math.max(swingMb, first * mostGrowth);
}

/** Least squares. */
function slope(points: [x: number, y: number][]): number {
  const mean = (of: (point: [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([each]) => each), mean(([, each]) => each)];
  return mean((point) => (point[0] - x) * (point[1] - y)) / mean((point) => (point[0] - x) ** 2);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
