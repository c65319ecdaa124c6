import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type Check, run, runStaticChecks, staticChecks } from "./checks.ts";

/**
 * `npm test`: everything, in the order in which a fault is cheapest to find: static checks, then unit, integration, fault and end-to-end
 * tests, the last two beside each other. Goes on after a failure, so that one run tells all, and ends with one line of counts.
 */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numFailedTestSuites: z.number(),
});
const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
});

const folder = mkdtempSync(join(tmpdir(), "baton-test-"));
const total: Counts = { passed: 0, failed: 0, skipped: 0 };

function add(counts: Counts): void {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}

/** Output of a suite that runs beside another, told when that one is over. */
type Held = { text: string } | undefined;

/** Runs a test runner; a report that is not there, or an exit status the report does not explain, counts as one failure. */
async function suite(name: string, check: Check, read: (report: unknown) => Counts, held?: Held): Promise<void> {
  const began = Date.now();
  const tell = (line: string): void => {
    if (held === undefined) console.log(line);
    else held.text += `${line}\n`;
  };
  const capture = held === undefined ? undefined : (text: string): void => void (held.text += text);
  tell(`\n── ${name}`);
  const report = join(folder, `${name}.json`);
  const status = await run({ ...check, args: check.args.map((arg) => arg.replace("REPORT", report)) }, capture, {
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  let counts: Counts = { passed: 0, failed: 1, skipped: 0 };
  try {
    counts = read(JSON.parse(readFileSync(report, "utf8")));
    if (status !== 0 && counts.failed === 0) counts.failed = 1;
  } catch (error) {
    tell(`${name} left no readable report: ${error instanceof Error ? error.message : String(error)}`);
  }
  tell(`── ${name}: ${counts.passed} passed, ${counts.failed} failed in ${Math.round((Date.now() - began) / 1000)} s`);
  add(counts);
}

function vitest(project: string): Check {
  return {
    name: project,
    command: "vitest",
    args: ["run", "--project", project, "--reporter=default", "--reporter=json", "--outputFile.json=REPORT"],
  };
}

function fromVitest(report: unknown): Counts {
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = vitestReport.parse(report);
  return {
    passed: numPassedTests,
    failed: Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0),
    skipped: numPendingTests,
  };
}

function fromPlaywright(report: unknown): Counts {
  const { stats } = playwrightReport.parse(report);
  // A test that passes only at the second try is no pass.
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

console.log("── static checks");
const failedChecks = await runStaticChecks();
add({ passed: staticChecks.length - failedChecks.length, failed: failedChecks.length, skipped: 0 });
await suite("unit", vitest("unit"), fromVitest);
await suite("integration", vitest("integration"), fromVitest);
// Fault tests mostly wait for deadlines to pass, browsers for pages: beside each other they take as long as the longer one.
const faults = { text: "" };
const beside = suite("faults", vitest("faults"), fromVitest, faults);
await suite(
  "end-to-end",
  { name: "e2e", command: "playwright", args: ["test", "--reporter=line,json"] },
  fromPlaywright,
);
await beside;
console.log(faults.text);
rmSync(folder, { recursive: true, force: true });

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 ? 1 : 0);
