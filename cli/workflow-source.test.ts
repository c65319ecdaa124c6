import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { plain } from "./paint.ts";
import { describeProblems, pathText, readSoundWorkflow, readWorkflow } from "./workflow-source.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-source-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const sound = {
  schemaVersion: 1,
  name: "Sound",
  nodes: [
    { id: "start", type: "start" },
    { id: "choice", type: "condition", config: { expression: "{{ true }}" } },
    { id: "left", type: "transform", config: { value: 1 } },
    { id: "done", type: "output", config: { value: "{{ left.outputs ?? 0 }}" } },
  ],
  edges: [
    { id: "a", source: "start", target: "choice" },
    { id: "b", source: "choice", sourcePort: "true", target: "left" },
    { id: "c", source: "left", target: "done" },
    { id: "d", source: "choice", sourcePort: "false", target: "done" },
  ],
};

describe("a workflow file", () => {
  it("that holds together gives its plan", () => {
    expect(readSoundWorkflow(file("sound.json", sound), plain).plan.nodes.size).toBe(4);
  });

  it("with faults is described with path, way and fix", () => {
    const nodes = sound.nodes.map((node) =>
      node.id === "done" ? { ...node, config: { value: "{{ left.outputs.x }}" } } : node,
    );
    const { plan, problems } = readWorkflow(file("faulty.json", { ...sound, nodes }));
    expect(plan).toBeNull();
    const text = describeProblems("faulty.json", problems, plain);
    expect(text).toContain("faulty.json: 1 error");
    expect(text).toContain(
      "✗ error [reference] done: {{ left.outputs.x }}: left has no result when choice takes false.",
    );
    expect(text).toContain("at   nodes[3].config.value");
    expect(text).toContain("way  choice:false");
    expect(text).toContain("fix  Write a fallback");
  });

  it("with an input schema that cannot be used is refused", () => {
    const path = file("input.json", {
      ...sound,
      input: { type: "object", properties: { a: { $ref: "https://example.com/x" } } },
    });
    expect(readWorkflow(path)).toMatchObject({ plan: null, problems: [{ path: ["input"], severity: "error" }] });
  });

  it("that is no file, or no JSON, is told with the place", () => {
    expect(() => readWorkflow(join(folder, "missing.json"))).toThrow(expect.objectContaining({ exitCode: 2 }));
    expect(() => readWorkflow(folder)).toThrow("it is a folder");
    expect(() => readWorkflow(file("broken.json", '{\n "name": }'))).toThrow(/broken\.json is not JSON: .* at line 2/);
  });
});

describe("paths", () => {
  it("read as in JavaScript", () => {
    expect(pathText(["nodes", 3, "config", "a b"])).toBe('nodes[3].config["a b"]');
    expect(pathText([])).toBe("the file as a whole");
  });
});
