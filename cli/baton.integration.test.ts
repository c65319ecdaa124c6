import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureFirstAccount } from "./stack/account.ts";
import { lockHolder } from "./stack/lock.ts";
import { type Stack, startStack } from "./stack/stack.ts";
import { baton, type Command, outcome } from "./test-command.ts";

// The command line as a process, first with no Baton at all, then on the real stack.

const folder = mkdtempSync(join(tmpdir(), "baton-cli-"));
const home = join(folder, "home");
const commands: Command[] = [];

afterAll(() => {
  for (const { child } of commands) if (child.exitCode === null) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}

const sum = {
  schemaVersion: 1,
  name: "Sum",
  input: {
    type: "object",
    required: ["numbers"],
    properties: { numbers: { type: "array", items: { type: "number" } } },
  },
  nodes: [
    { id: "start", type: "start" },
    { id: "done", type: "output", config: { value: { sum: "{{ input.numbers.reduce((a, b) => a + b, 0) }}" } } },
  ],
  edges: [{ id: "a", source: "start", target: "done" }],
};

const decide = {
  schemaVersion: 1,
  name: "Decide",
  nodes: [
    { id: "start", type: "start" },
    { id: "ask", type: "approval", name: "Ask", config: { title: "Shall we?" } },
    { id: "yes", type: "output", config: { value: "Yes, by {{ ask.outputs.by }}: {{ ask.outputs.comment }}" } },
    { id: "no", type: "output", config: { value: { answer: "{{ ask.outputs.decision }}" } } },
  ],
  edges: [
    { id: "a", source: "start", target: "ask" },
    { id: "b", source: "ask", sourcePort: "approve", target: "yes" },
    { id: "c", source: "ask", sourcePort: "reject", target: "no" },
    { id: "d", source: "ask", sourcePort: "changes", target: "no" },
  ],
};

const approvalId = /approve ([0-9a-f-]{36})/;

describe("without a stack", { timeout: 60_000 }, () => {
  const nowhere = { BATON_HOME: join(folder, "nowhere"), PORT: "1" };

  it("helps and refuses with the status of the contract", async () => {
    const [help, unknown, missing, sound] = await Promise.all([
      outcome(["--help"], nowhere),
      outcome(["fly"], nowhere),
      outcome(["run"], nowhere),
      outcome(["validate", "templates/rfp-response.json"], nowhere),
    ]);
    expect(help).toMatchObject({ status: 0, stdout: expect.stringContaining("validate [options] <files...>") });
    expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining("unknown command 'fly'") });
    expect(missing).toMatchObject({ status: 2, stderr: expect.stringContaining("missing required argument 'file'") });
    expect(sound).toMatchObject({ status: 0, stdout: expect.stringContaining("RFP response") });
  });

  it("tells what is wrong with files and inputs before it starts anything", async () => {
    const cyclic = { ...sum, edges: [...sum.edges, { id: "b", source: "done", target: "start" }] };
    const [faulty, absent, input, runs] = await Promise.all([
      outcome(["validate", file("cyclic.json", cyclic)], nowhere),
      outcome(["run", "no-such-file.json"], nowhere),
      outcome(["run", file("sum.json", sum), "--input", '{"numbers":["one"]}'], nowhere),
      outcome(["runs"], nowhere),
    ]);
    expect(faulty).toMatchObject({ status: 1, stdout: expect.stringMatching(/error[^]*at {3}edges\[1\][^]*fix/) });
    expect(absent).toMatchObject({ status: 2, stderr: expect.stringContaining("there is no such file") });
    expect(input).toMatchObject({ status: 2, stderr: expect.stringContaining("numbers.0: must be number") });
    expect(runs).toMatchObject({ status: 1, stderr: expect.stringContaining("Start it with npm start") });
    expect(existsSync(nowhere.BATON_HOME)).toBe(false);
  });
});

describe("run on a machine where no Baton runs", () => {
  it("starts one, prints the output, and stops it again", { timeout: 120_000 }, async () => {
    const env = { BATON_HOME: home, PORT: String(await freePort()) };
    const path = file("sum.json", sum);
    const first = await outcome(["run", path, "--input", '{"numbers":[1,2,39]}'], env);
    expect(first.stderr).toContain("No Baton is running");
    expect(first.status, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toEqual({ sum: 42 });
    expect(lockHolder(home)).toBeNull();
  });
});

describe("on a running stack", { timeout: 120_000 }, () => {
  let stack: Stack;
  let env: Record<string, string>;

  beforeAll(async () => {
    stack = await startStack({
      home,
      port: await freePort(),
      quiet: true,
      beforeWeb: async (childEnv, _progress, opened) => void (await ensureFirstAccount(childEnv, opened)),
    });
    env = { BATON_HOME: home, PORT: stack.env["PORT"] ?? "" };
  }, 120_000);

  afterAll(() => stack?.stop(), 60_000);

  function start(...args: string[]): Command {
    const command = baton(args, env);
    commands.push(command);
    return command;
  }

  it("watches a template to the approval, and on to the response when it is approved", async () => {
    const sample = "@templates/samples/rfp-response.json";
    const running = start("run", "templates/rfp-response.json", "--input", sample, "--watch");
    const [, id] = await running.says(approvalId);
    const before = running.stdout();
    for (const name of ["Requirement analyst", "Technical lead", "Security and compliance lead", "Pricing strategist"])
      expect(before).toMatch(new RegExp(`✓ ${name} completed`));
    expect(before).toContain("Bid or no bid? completed (→ true");
    expect(before).toMatch(/✓ Answer each requirement completed \((\d+)\/\1/);
    expect(before).toContain("offline demo model");

    const approved = await outcome(["approve", id ?? "", "--comment", "Good."], env);
    expect(approved).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("✓ Approve for submission: Legal review:"),
    });
    expect(await running.ended, running.stderr()).toBe(0);
    expect(running.stdout()).toMatch(/status: approved/);
    expect(running.stdout()).toContain("Submitted by Larkspur Digital");
  });

  it("leaves the run going at Ctrl-C, and a run is decided once", async () => {
    const running = start("run", file("decide.json", decide));
    const [, id = ""] = await running.says(approvalId);
    running.child.kill("SIGINT");
    expect(await running.ended).toBe(130);
    expect(running.stdout()).toBe("");
    const [, runId = ""] = /logs ([0-9a-f-]{36}) --follow/.exec(running.stderr()) ?? [];
    const waiting = await outcome(["runs", "--status", "waiting"], env);
    expect(waiting.stdout).toContain(runId);

    const following = start("logs", runId, "--follow");
    await following.says(/Ask waits for a decision/);
    // By the run this time: it waits for one decision only.
    expect(await outcome(["approve", runId, "--decision", "approve", "--comment", "Go"], env)).toMatchObject({
      status: 0,
    });
    expect(await following.ended).toBe(0);
    expect(following.stdout()).toMatch(/Ask completed \(→ approve[^]*Run completed[^]*Yes, by .+: Go/);
    const again = await outcome(["approve", id, "--reject"], env);
    expect(again).toMatchObject({ status: 1, stderr: expect.stringMatching(/decided already \(approve\) by /) });
  });

  it("prints JSON for programs, and ends with 1 and a reason when the run fails", async () => {
    const rejected = start("run", file("decide.json", decide), "--json");
    const [, id = ""] = await rejected.says(approvalId);
    await outcome(["approve", id, "--reject"], env);
    expect(await rejected.ended).toBe(0);
    expect(JSON.parse(rejected.stdout())).toEqual({ answer: "reject" });

    const nodes = sum.nodes.map((node) =>
      node.id === "done" ? { ...node, config: { value: "{{ input.missing.x }}" } } : node,
    );
    const failing = { ...sum, name: "Fails", input: {}, nodes };
    const failed = await outcome(["run", file("fails.json", failing)], env);
    expect(failed).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("The run failed at done") });
    const [, runId = ""] = /baton -- logs ([0-9a-f-]{36})/.exec(failed.stderr) ?? [];
    expect(await outcome(["logs", runId], env)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("✗ Run failed"),
    });
    const journal = (await outcome(["logs", runId, "--json"], env)).stdout.trim().split("\n");
    expect(journal.map((line) => JSON.parse(line).seq)).toEqual(journal.map((_line, index) => index + 1));
  });

  it("imports a changed file as a new version, the same one not at all, and exports what is there", async () => {
    const other = { ...sum, name: "Sum of the file" };
    const path = file("other.json", other);
    expect((await outcome(["import", path], env)).stdout).toContain("version 1 (imported)");
    expect((await outcome(["import", path], env)).stdout).toContain("version 1 (unchanged)");
    file("other.json", { ...other, description: "Adds numbers up." });
    const updated = await outcome(["import", path], env);
    expect(updated.stdout).toContain("version 2 (updated)");
    const out = join(folder, "exported.json");
    expect(await outcome(["export", "Sum of the file", "--out", out], env)).toMatchObject({ status: 0 });
    expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({
      name: "Sum of the file",
      description: "Adds numbers up.",
    });
    expect(await outcome(["export", "No such workflow"], env)).toMatchObject({ status: 1 });
  });

  it("proves from the journals that runs were turned as promised, and folds one again, offline too", async () => {
    const waiting = start("run", file("decide.json", decide));
    await waiting.says(approvalId);
    waiting.child.kill("SIGINT");
    await waiting.ended;
    const [, runId = ""] = /logs ([0-9a-f-]{36}) --follow/.exec(waiting.stderr()) ?? [];

    const all = await outcome(["verify", "--all"], env);
    expect(all, all.stdout).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("all of them keep every promise"),
    });
    expect(all.stdout).toContain(`✓ ${runId}`);
    expect(await outcome(["verify"], env)).toMatchObject({ status: 2 });

    const replayed = await outcome(["replay", runId], env);
    expect(replayed, replayed.stderr).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("the same state each time"),
    });
    expect(replayed.stderr).toMatch(/The state that Redis keeps \(event \d+\) is the same/);
    const [, digest = "?"] = /sha256 ([0-9a-f]{64})/.exec(replayed.stdout) ?? [];

    const journal = (await outcome(["logs", runId, "--json"], env)).stdout;
    const [kept, cut] = [join(folder, "journal.jsonl"), join(folder, "cut.jsonl")];
    writeFileSync(kept, journal);
    const nowhere = { BATON_HOME: join(folder, "nowhere"), PORT: "1" };
    const files = ["--workflow", join(folder, "decide.json")];
    const offline = await outcome(["replay", runId, "--journal", kept, ...files], nowhere);
    expect(offline, offline.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining(digest) });
    writeFileSync(cut, journal.split("\n").toSpliced(1, 1).join("\n"));
    const gap = await outcome(["replay", runId, "--journal", cut, ...files], nowhere);
    expect(gap).toMatchObject({ status: 1, stderr: expect.stringContaining("does not follow") });
  });

  it("says how to sign in when the key is not known", async () => {
    const refused = await outcome(["runs"], { ...env, BATON_API_KEY: "baton_not-a-key-that-anybody-made" });
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining("Set BATON_API_KEY") });
  });
});
