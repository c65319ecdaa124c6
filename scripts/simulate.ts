import { parseArgs } from "node:util";
import { judgeSchedule } from "../engine/testing/schedules.ts";

/**
 * `npm run simulate -- --schedules 10000 [--from N]`: the nightly simulation. `--seed N` runs one schedule again and tells all of it.
 * Ends with 1 when a schedule broke a promise.
 */
const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "10000" },
    from: { type: "string", default: String(1 + Math.floor(Math.random() * 1_000_000_000)) },
    seed: { type: "string" },
  },
});

if (values.seed !== undefined) {
  const { result, status, faults } = judgeSchedule(Number(values.seed));
  for (const event of result?.journal ?? []) console.log(JSON.stringify(event));
  console.log(`seed ${values.seed}: ${status}, ${faults.length === 0 ? "every promise kept" : faults.join("\n  ")}`);
  if (result !== null) console.log(`faults: ${JSON.stringify(result.struck)}`);
  process.exit(faults.length === 0 ? 0 : 1);
}

const [wanted, from] = [Number(values.schedules), Number(values.from)];
const began = performance.now();
const ends: Record<string, number> = {};
const struck: Record<string, number> = {};
let ran = 0;
let broken = 0;
for (let seed = from; ran < wanted; seed++) {
  const { result, status, faults } = judgeSchedule(seed);
  if (faults.length > 0) {
    broken += 1;
    console.error(`seed ${seed}: ${faults.slice(0, 5).join("\n  ")}\n  again: npm run simulate -- --seed ${seed}`);
  }
  if (result === null && faults.length === 0) continue;
  ran += 1;
  ends[status] = (ends[status] ?? 0) + 1;
  for (const [fault, count] of Object.entries(result?.struck ?? {})) struck[fault] = (struck[fault] ?? 0) + count;
}
const seconds = ((performance.now() - began) / 1_000).toFixed(1);
console.log(`${ran} schedules from seed ${from} in ${seconds} s: ${JSON.stringify(ends)}`);
console.log(`faults that struck: ${JSON.stringify(struck)}`);
console.log(broken === 0 ? "every promise kept" : `${broken} schedules broke a promise`);
process.exit(broken === 0 ? 0 : 1);
