import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { compile } from "../engine/workflow/compile.ts";
import { parseWorkflowFile } from "../engine/workflow/parse.ts";
import type { WorkflowFile, WorkflowNode } from "../engine/workflow/file.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";

const read = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, name), "utf8"));

const index = z
  .array(
    z.strictObject({
      slug: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
      name: z.string().min(3),
      description: z.string().min(40),
      category: z.string().min(3),
      sampleInput: z.string(),
      tags: z.array(z.string()).min(2),
    }),
  )
  .parse(read("index.json"));

function fileOf(slug: string): WorkflowFile {
  const parsed = parseWorkflowFile(read(`${slug}.json`));
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join("\n"));
  return parsed.file;
}

/** Width and height of the card the canvas draws, which the layout has to leave room for. */
const card = { width: 220, height: 88 };

interface Box {
  id: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

function boxOf(node: WorkflowNode): Box {
  const { width, height } = node.size ?? card;
  const { x, y } = node.position;
  return { id: node.id, left: x, top: y, right: x + width, bottom: y + height };
}

const overlaps = (one: Box, other: Box): boolean =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

describe("the gallery", () => {
  it("lists every template, with the name and description of its file", () => {
    const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".json") && name !== "index.json");
    expect(index.map(({ slug }) => `${slug}.json`).toSorted()).toEqual(files.toSorted());
    const samples = readdirSync(join(import.meta.dirname, "samples")).map((name) => `samples/${name}`);
    expect(index.map(({ sampleInput }) => sampleInput).toSorted()).toEqual(samples.toSorted());
    for (const { slug, name, description } of index) expect(fileOf(slug)).toMatchObject({ name, description });
  });

  it("shows every node type at work", () => {
    const used = new Set(index.flatMap(({ slug }) => fileOf(slug).nodes.map((node) => node.type)));
    // How the others are drawn is shown by docs/patterns and nodes/catalog/patterns.
    const shownElsewhere = new Set(["break", "continue", "append", "try", "end", "emit", "sub-workflow"]);
    expect([...catalogue.keys()].filter((type) => !used.has(type) && !shownElsewhere.has(type))).toEqual([]);
  });
});

describe.each(index.map(({ slug, sampleInput }) => ({ slug, sampleInput })))("$slug", ({ slug, sampleInput }) => {
  it("compiles without an error or a warning", () => {
    expect(compile(read(`${slug}.json`), catalogue)).toMatchObject({ ok: true, problems: [] });
  });

  it("has a sample input that fits its input schema", () => {
    const ajv = new Ajv2020({ strict: true, allErrors: true });
    const validate = ajv.compile(fileOf(slug).input);
    validate(read(sampleInput));
    expect(validate.errors).toBeNull();
  });

  it("names and explains its steps", () => {
    const { nodes } = fileOf(slug);
    expect(nodes.filter((node) => (node.name ?? "") === "").map((node) => node.id)).toEqual([]);
    expect(nodes.some((node) => node.type === "note")).toBe(true);
    for (const node of nodes.filter(({ type }) => type === "agent")) {
      expect(String(node.config["instructions"]).length, node.id).toBeGreaterThan(40);
    }
  });

  it("is laid out from left to right without overlaps", () => {
    const { nodes, edges } = fileOf(slug);
    const byId = new Map(nodes.map((node) => [node.id, node]));
    for (const scope of new Set(nodes.map((node) => node.parentId))) {
      const boxes = nodes.filter((node) => node.parentId === scope).map(boxOf);
      const clashes = boxes.flatMap((one, at) =>
        boxes.slice(at + 1).flatMap((other) => (overlaps(one, other) ? [`${one.id} and ${other.id}`] : [])),
      );
      expect(clashes).toEqual([]);
      const size = scope === null ? undefined : byId.get(scope)!.size!;
      for (const box of size === undefined ? [] : boxes) {
        expect(box.left >= 0 && box.top >= 40 && box.right <= size!.width && box.bottom <= size!.height, box.id).toBe(
          true,
        );
      }
    }
    const backwards = edges.filter((edge) => byId.get(edge.source)!.position.x > byId.get(edge.target)!.position.x);
    expect(backwards.map((edge) => `${edge.source} -> ${edge.target}`)).toEqual([]);
  });
});
