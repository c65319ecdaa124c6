import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { measureCanvas } from "./canvas.ts";
import { measureEngine } from "./engine.ts";
import { measureLatency } from "./latency.ts";
import type { Figure } from "./figure.ts";
import { measureLighthouse } from "./lighthouse.ts";
import { measureMonitor } from "./monitor.ts";
import { measureScreens } from "./screens.ts";
import { measureSoak } from "./soak.ts";
import { measureStart } from "./start.ts";
import { measureThroughput } from "./throughput.ts";

// `npm run bench [-- start latency throughput engine screens canvas monitor lighthouse soak] [--json FILE]`: what the product does on this machine, with everything on.
// `--only W1,W3` is for the engine; `--quick` shortens it and takes one round of lighthouse; `--minutes 30` is how long the soak lasts,
// which stands alone: it is left out where no names are given.

interface Options {
  only: string[];
  quick: boolean;
  minutes: number;
}

const benches: Record<string, (options: Options) => Promise<Figure[]>> = {
  start: measureStart,
  latency: measureLatency,
  throughput: measureThroughput,
  engine: measureEngine,
  screens: measureScreens,
  canvas: measureCanvas,
  monitor: measureMonitor,
  lighthouse: measureLighthouse,
  soak: measureSoak,
};

const { values, positionals } = parseArgs({
  options: {
    json: { type: "string" },
    only: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
    minutes: { type: "string", default: "30" },
  },
  allowPositionals: true,
});
const options: Options = {
  only: values.only.split(",").filter((name) => name !== ""),
  quick: values.quick,
  minutes: Number(values.minutes),
};
if (!(options.minutes > 0)) {
  console.error(`--minutes ${values.minutes} is no length of time. Give minutes, such as --minutes 3.`);
  process.exit(2);
}
const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}. Choose from: ${Object.keys(benches).join(", ")}.`);
  process.exit(2);
}

const usual = Object.keys(benches).filter((name) => name !== "soak");
const figures: Figure[] = [];
for (const name of positionals.length > 0 ? positionals : usual) {
  console.log(`── ${name}`);
  const measured = await (benches[name] ?? (async () => []))(options);
  for (const figure of measured)
    console.log(`${figure.name.padEnd(64)} ${figure.value.toFixed(digits(figure.value)).padStart(10)} ${figure.unit}`);
  figures.push(...measured);
}
if (values.json !== undefined) {
  const command = `npm run bench -- ${process.argv.slice(2).join(" ")}`;
  const machine = { cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version };
  writeFileSync(values.json, `${JSON.stringify({ command, machine, figures }, null, 2)}\n`);
}

/** Three digits that mean something. */
function digits(value: number): number {
  return Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
}
