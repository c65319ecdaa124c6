import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { loadavg } from "node:os";
import { readStackFile } from "../cli/stack/home.ts";
import { type Bare, type Parts, startBare } from "./engine/bare.ts";
import { createGauge, type Gauge, type Reading, residentMemory } from "./engine/gauge.ts";
import { closeConnections, load, post, type Target } from "./engine/load.ts";
import { allWorkloads, type Workload } from "./engine/workloads.ts";
import { type Figure, percentile } from "./figure.ts";
import { type Product, startProduct } from "./product.ts";

const slowMs = 500;
const idleMs = 2_000;
const restMs = 10_000;

export interface EngineOptions {
  /** Names of the workloads to measure; none: all of them. */
  only: string[];
  /** Shorter and once, for a look. */
  quick: boolean;
}

interface Sample {
  runs: number;
  ms: number;
  taken: number[];
  used: Reading;
}

/**
 * The product with everything on and two minimal interpreters, by turns in one session, so that what else the machine does falls
 * on all of them: wall-clock figures are to be compared within a row, processor time a run also between sessions.
 */
export async function measureEngine(options: EngineOptions): Promise<Figure[]> {
  const slow = await startSlowServer();
  const slowAddress = `127.0.0.1:${(slow.address() as AddressInfo).port}`;
  const product = await startProduct({ BATON_ALLOW_PRIVATE: slowAddress });
  const closing: (() => unknown)[] = [() => product.stop(), () => slow.close(), closeConnections];
  try {
    const parts = partsOf(product);
    const gauge = createGauge(parts.redisUrl, parts.databaseUrl);
    closing.unshift(() => gauge.close());
    const bare = {
      coalesced: await startBare(parts, "coalesced"),
      awaited: await startBare(parts, "awaited"),
    };
    closing.unshift(() => Object.values(bare).forEach((one) => one.stop()));
    const idle = await idleRates(gauge);
    const figures: Figure[] = [];
    for (const workload of allWorkloads(`http://${slowAddress}/`)) {
      if (options.only.length > 0 && !options.only.includes(workload.name)) continue;
      const measured = await measure(product, bare, gauge, idle, workload, options.quick);
      for (const { name, value, unit } of measured)
        console.log(`  ${name.padEnd(62)} ${value.toPrecision(4).padStart(10)} ${unit}`);
      figures.push(...measured);
    }
    figures.push(...memoryFigures("afterwards"));
    await new Promise((resolve) => setTimeout(resolve, restMs));
    figures.push(...memoryFigures(`${restMs / 1_000} s later`));
    figures.push({ name: "load of the machine (1 min)", value: loadavg()[0] ?? Number.NaN, unit: "" });
    return figures;
  } finally {
    for (const close of closing) await close();
  }
}

/** Answers after half a second, as a slow service does. */
function startSlowServer(): Promise<Server> {
  const server = createServer((_request, response) => {
    setTimeout(() => response.end('{"ok":true}'), slowMs);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

function partsOf(product: Product): Parts {
  const file = readStackFile(product.home);
  if (file === null) throw new Error("the product has no stack file");
  const { secrets, ports } = file;
  return {
    redisUrl: `redis://:${secrets.redisPassword}@127.0.0.1:${ports["redis"]}`,
    databaseUrl: `postgresql://postgres:${secrets.databasePassword}@127.0.0.1:${ports["postgres"]}/postgres`,
    modelUrl: `http://127.0.0.1:${ports["model"]}/v1`,
  };
}

async function targetsOf(product: Product, bare: Record<string, Bare>, workload: Workload): Promise<Target[]> {
  const id = await product.importWorkflow(workload.file);
  const url = new URL(`${product.url}/api/v1/workflows/${id}/runs?wait=60`);
  const body = JSON.stringify({ input: { n: 1 } });
  const check = (answer: unknown): unknown => {
    const { status, output } = answer as { status: string; output: unknown };
    if (status !== "completed" || !workload.isRight(output))
      throw new Error(`${workload.name} ended wrong: ${JSON.stringify(answer).slice(0, 500)}`);
    return output;
  };
  return [
    { name: "product", run: async () => check(await post(url, body, { authorization: `Bearer ${product.key}` })) },
    ...Object.entries(bare).map(([name, one]) => ({ name, run: async () => check(await one.run(workload.graph)) })),
  ];
}

async function measure(
  product: Product,
  bare: Record<string, Bare>,
  gauge: Gauge,
  idle: Rates,
  workload: Workload,
  quick: boolean,
): Promise<Figure[]> {
  const targets = await targetsOf(product, bare, workload);
  const rate = workload.measure === "rate";
  const rounds = quick || !rate ? 1 : 3;
  const aloneMs = rate ? (quick ? 700 : 1_500) : quick ? 3_000 : 10_000;
  const alone = new Map(targets.map(({ name }) => [name, [] as Sample[]]));
  const loaded = new Map(targets.map(({ name }) => [name, [] as Sample[]]));
  // Warm: compiled code and open connections are what a running product has.
  for (const { run } of targets) {
    if (rate) await load(run, workload.inFlight, quick ? 500 : 2_000);
    else if (workload.inFlight === 1) await load(run, 1, quick ? 2_000 : 6_000);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of targets) {
      if (workload.inFlight === 1 || rate) alone.get(name)?.push(await sample(gauge, () => load(run, 1, aloneMs)));
    }
    for (const { name, run } of targets) {
      if (workload.inFlight > 1)
        loaded
          .get(name)
          ?.push(await sample(gauge, () => load(run, workload.inFlight, rate ? (quick ? 1_500 : 3_000) : 0)));
    }
  }
  const sent = workload.measure === "time" ? await sentFigures(gauge, workload, targets, quick) : [];
  return [
    ...sent,
    ...targets.flatMap(({ name }) => [
      ...figuresOf(`${workload.name} ${name} alone`, alone.get(name) ?? [], workload, idle, false),
      ...figuresOf(
        `${workload.name} ${name} ${workload.inFlight} in flight`,
        loaded.get(name) ?? [],
        workload,
        idle,
        true,
      ),
    ]),
  ];
}

/** Commands that the product's processes send Redis for a step, with all that they say of themselves meanwhile. */
async function sentFigures(gauge: Gauge, workload: Workload, targets: Target[], quick: boolean): Promise<Figure[]> {
  const product = targets.find(({ name }) => name === "product");
  if (product === undefined) return [];
  const runs = Math.min(workload.inFlight, quick ? 10 : 100);
  const count = await gauge.countSent(() => Promise.all(Array.from({ length: runs }, product.run)));
  const name = `${workload.name} product ${runs} in flight, Redis commands sent a step`;
  return [{ name, value: count / runs / workload.steps, unit: "" }];
}

async function sample(gauge: Gauge, work: () => Promise<number[]>): Promise<Sample> {
  const before = await gauge.read();
  const taken = await work();
  const after = await gauge.read();
  return {
    runs: taken.length,
    ms: after.at - before.at,
    taken,
    used: {
      at: after.at - before.at,
      redisCommands: after.redisCommands - before.redisCommands,
      statements: after.statements - before.statements,
      cpuMs: new Map([...after.cpuMs].map(([name, ms]) => [name, ms - (before.cpuMs.get(name) ?? 0)])),
    },
  };
}

function figuresOf(name: string, samples: Sample[], workload: Workload, idle: Rates, loaded: boolean): Figure[] {
  if (samples.length === 0) return [];
  const taken = samples.flatMap((one) => one.taken);
  const sum = (of: (one: Sample) => number): number => samples.reduce((all, one) => all + of(one), 0);
  const runs = sum((one) => one.runs);
  const seconds = sum((one) => one.ms) / 1_000;
  const figures: Figure[] = [
    { name: `${name}, p50`, value: percentile(taken, 0.5), unit: "ms" },
    { name: `${name}, p99`, value: percentile(taken, 0.99), unit: "ms" },
  ];
  if (!loaded) return figures;
  const each = samples.map((one) => (one.runs / one.ms) * 1_000);
  if (workload.measure === "rate") figures.unshift({ name: `${name}`, value: percentile(each, 0.5), unit: "runs/s" });
  const ours = name.includes(" product ")
    ? ["web", "worker", "supabase", "postgres", "redis"]
    : ["bare api", "bare worker", "postgres", "redis"];
  let all = 0;
  for (const part of ours) {
    const ms = sum((one) => one.used.cpuMs.get(part) ?? 0) / runs;
    all += ms;
    figures.push({ name: `${name}, processor of ${part}`, value: ms, unit: "ms/run" });
  }
  figures.push(
    { name: `${name}, processor`, value: all, unit: "ms/run" },
    {
      name: `${name}, Redis commands a step, those inside of scripts too`,
      value: Math.max(0, sum((one) => one.used.redisCommands) - idle.redis * seconds) / runs / workload.steps,
      unit: "",
    },
    {
      name: `${name}, Postgres transactions a run`,
      value: Math.max(0, sum((one) => one.used.statements) - idle.statements * seconds) / runs,
      unit: "",
    },
  );
  return figures;
}

function memoryFigures(when: string): Figure[] {
  const sizes = residentMemory();
  const together = (sizes.get("web") ?? Number.NaN) + (sizes.get("worker") ?? Number.NaN);
  return [...sizes, ["web and worker", together] as const].map(([name, value]) => ({
    name: `memory ${when}, ${name}`,
    value,
    unit: "MB",
  }));
}

/** What goes on when nothing is asked for, a second: heartbeats, sweeps, polls. */
interface Rates {
  redis: number;
  statements: number;
}

async function idleRates(gauge: Gauge): Promise<Rates> {
  const { used, ms } = await sample(gauge, async () => {
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    return [];
  });
  return { redis: (used.redisCommands / ms) * 1_000, statements: (used.statements / ms) * 1_000 };
}
