import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type Check, run, runStaticChecks, staticChecks } from "./checks.ts";

/**
 * `npm test`: everything, in the order in which a fault is cheapest to find: static checks, then unit, integration, fault and end-to-end
 * tests, in two lanes. Goes on after a failure, so that one run tells all, and ends with what failed and one line of counts.
 */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What a report says: counts, and the names of what failed. */
interface Told extends Counts {
  names: string[];
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numFailedTestSuites: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});
const playwrightSuite = z.object({
  specs: z.array(z.object({ title: z.string(), ok: z.boolean(), file: z.string() })).default([]),
  get suites() {
    return z.array(playwrightSuite).default([]);
  },
});
const playwrightReport = z.object({
  suites: z.array(playwrightSuite),
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
});

const folder = mkdtempSync(join(tmpdir(), "baton-test-"));
// Hundreds of processes are started, each test's with a home of its own: what one of them compiled the next need not.
process.env["NODE_COMPILE_CACHE"] ??= join(folder, "compiled");
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

function add(counts: Counts): void {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}

/** Output of a suite that runs beside another, told when that one is over. */
interface Held {
  text: string;
}

/** Runs a test runner; a report that is not there, or an exit status the report does not explain, counts as one failure. */
async function suite(name: string, check: Check, read: (report: unknown) => Told, held?: Held): Promise<void> {
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
  let counts: Told = { passed: 0, failed: 1, skipped: 0, names: ["left no readable report"] };
  try {
    counts = read(JSON.parse(readFileSync(report, "utf8")));
    // An exception outside every test, for one.
    if (status !== 0 && counts.failed === 0) counts = { ...counts, failed: 1, names: [`ended with status ${status}`] };
  } catch (error) {
    tell(`${name} left no readable report: ${error instanceof Error ? error.message : String(error)}`);
  }
  tell(`── ${name}: ${counts.passed} passed, ${counts.failed} failed in ${Math.round((Date.now() - began) / 1000)} s`);
  add(counts);
  failures.push(...counts.names.map((failed) => `${name}: ${failed}`));
}

function vitest(project: string): Check {
  return {
    name: project,
    command: "vitest",
    args: ["run", "--project", project, "--reporter=default", "--reporter=json", "--outputFile.json=REPORT"],
  };
}

function fromVitest(report: unknown): Told {
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, testResults } =
    vitestReport.parse(report);
  const names = testResults
    .filter(({ status }) => status === "failed")
    .flatMap(({ name, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === "failed");
      return failed.length === 0 ? [name] : failed.map(({ fullName }) => `${name} ${fullName}`);
    });
  return {
    passed: numPassedTests,
    failed: Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0),
    skipped: numPendingTests,
    names,
  };
}

function fromPlaywright(report: unknown): Told {
  const { stats, suites } = playwrightReport.parse(report);
  // A test that passes only at the second try is no pass.
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
    names: suites.flatMap(failedSpecs),
  };
}

function failedSpecs({ specs, suites }: z.output<typeof playwrightSuite>): string[] {
  const own = specs.filter(({ ok }) => !ok).map(({ file, title }) => `${file} ${title}`);
  return [...own, ...suites.flatMap(failedSpecs)];
}

console.log("── static checks");
const failedChecks = await runStaticChecks();
failures.push(...failedChecks.map((name) => `static checks: ${name}`));
add({ passed: staticChecks.length - failedChecks.length, failed: failedChecks.length, skipped: 0 });
// Two lanes on two cores, of about the same length: browsers mostly wait for pages, fault tests for deadlines to pass.
const beside: Held = { text: "" };
/** Both stores are away for a minute in it: time that others use. */
const minute: Held = { text: "" };
const browsers: Check = { name: "e2e", command: "playwright", args: ["test", "--reporter=line,json"] };
await Promise.all([
  suite("end-to-end", browsers, fromPlaywright, beside),
  suite("unit", vitest("unit"), fromVitest)
    .then(() => suite("integration", vitest("integration"), fromVitest))
    .then(() =>
      Promise.all([
        suite("faults", vitest("faults"), fromVitest),
        suite("outage", vitest("outage"), fromVitest, minute),
      ]),
    ),
]);
console.log(minute.text);
console.log(beside.text);
rmSync(folder, { recursive: true, force: true });

if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failed) => `  ${failed}`).join("\n")}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 ? 1 : 0);
