import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { measureCanvas } from "./canvas.ts";
import { measureLatency } from "./latency.ts";
import type { Figure } from "./figure.ts";
import { measureStart } from "./start.ts";
import { measureThroughput } from "./throughput.ts";

// `npm run bench [-- start latency throughput canvas] [--json FILE]`: what the product does on this machine, with everything on.

const benches: Record<string, () => Promise<Figure[]>> = {
  start: measureStart,
  latency: measureLatency,
  throughput: measureThroughput,
  canvas: measureCanvas,
};

const { values, positionals } = parseArgs({ options: { json: { type: "string" } }, allowPositionals: true });
const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}. Choose from: ${Object.keys(benches).join(", ")}.`);
  process.exit(2);
}

const figures: Figure[] = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
  console.log(`── ${name}`);
  const measured = await (benches[name] ?? (async () => []))();
  for (const figure of measured)
    console.log(`${figure.name.padEnd(64)} ${figure.value.toFixed(1).padStart(10)} ${figure.unit}`);
  figures.push(...measured);
}
if (values.json !== undefined) {
  const machine = { cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version };
  writeFileSync(values.json, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
}
