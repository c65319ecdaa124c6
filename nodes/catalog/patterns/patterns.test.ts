import { afterEach, describe, expect, it } from "vitest";
import { compile } from "../../../engine/workflow/compile.ts";
import { catalogue } from "../definitions.ts";
import { branching } from "./branching.ts";
import { patternFile, patternFiles, patternsPage } from "./files.ts";
import { instances } from "./instances.ts";
import { keeping } from "./pattern-run.ts";

const stories = { ...branching, ...instances };

afterEach(() => {
  keeping.apart = false;
});

/** Patterns that no file draws, with the reason docs/patterns.md gives. */
const notDrawn = [10, 33];

describe("the workflow patterns", () => {
  it("are all 43 told of, and each that is drawn has a story here", () => {
    const drawn = patternFiles.map((name) => Number(name.slice(0, 2)));
    expect([...drawn, ...notDrawn].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 43 }, (_, index) => index + 1),
    );
    expect(Object.keys(stories).map(Number)).toEqual(drawn.toSorted((a, b) => a - b));
    for (const name of patternFiles) expect(patternsPage).toContain(`(patterns/${name})`);
    for (let number = 1; number <= 43; number++) expect(patternsPage).toMatch(new RegExp(`^\\| ${number} \\|`, "m"));
  });

  it.each(patternFiles.map((name) => [name, Number(name.slice(0, 2))] as const))("%s", (_name, number) => {
    const run = stories[number]?.();
    expect(run?.state.status).toBe("completed");
    expect(run?.faults()).toEqual([]);
  });

  it.each(patternFiles.map((name) => [name, Number(name.slice(0, 2))] as const))(
    "%s comes to the same with every value kept apart",
    (_name, number) => {
      const inline = stories[number]?.();
      keeping.apart = true;
      const run = stories[number]?.();
      expect(run?.faults()).toEqual([]);
      expect(run?.output).toEqual(inline?.output);
      expect(run?.finished).toEqual(inline?.finished);
      expect(run?.events.map(({ type }) => type)).toEqual(inline?.events.map(({ type }) => type));
    },
  );

  it("10, arbitrary cycles, is refused with the way round", () => {
    const file = patternFile(1) as { edges: object[] };
    const cyclic = { ...file, edges: [...file.edges, { id: "back", source: "c", target: "b" }] };
    const compiled = compile(cyclic, catalogue);
    expect(compiled.problems).toContainEqual(expect.objectContaining({ code: "cycle", witness: ["c", "b", "c"] }));
  });
});
