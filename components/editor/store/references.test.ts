import { describe, expect, test } from "vitest";
import { renameReferences } from "./references.ts";

describe("references follow a node's new id", () => {
  test.each([
    ["{{ review.outputs.report }}", "{{ check.outputs.report }}"],
    ["Text {{ review.outputs.a }} and {{ input.review }}", "Text {{ check.outputs.a }} and {{ input.review }}"],
    ["{{ in.value ?? review.outputs }}", "{{ in.value ?? check.outputs }}"],
    ["{{ a.outputs[review.outputs.key] }}", "{{ a.outputs[check.outputs.key] }}"],
    ["{{ { review: 1, x: review.status } }}", "{{ { review: 1, x: check.status } }}"],
    ["{{ ({ review }) }}", "{{ ({ review: check }) }}"],
    ["{{ items.map((review) => review.name) }}", "{{ items.map((review) => review.name) }}"],
    ["{{ f(a, review, b) }}", "{{ f(a, check, b) }}"],
    ["{{ `${review.outputs.text}!` }}", "{{ `${check.outputs.text}!` }}"],
    ['{{ "review" + review.outputs }}', '{{ "review" + check.outputs }}'],
    ["review is a word here", "review is a word here"],
    ["{{ review.outputs", "{{ review.outputs"],
    ["{{ review..broken }}", "{{ review..broken }}"],
    ["{{ reviews.outputs }}", "{{ reviews.outputs }}"],
    ["{{ run.callbacks.review + run.review }}", "{{ run.callbacks.check + run.review }}"],
    ["{{ other.callbacks.review }}", "{{ other.callbacks.review }}"],
  ])("%s", (before, after) => {
    expect(renameReferences(before, "review", "check")).toBe(after);
  });

  test("at any depth, and what reads nothing keeps its identity", () => {
    const config = { a: { b: ["{{ review.outputs }}", 1] }, c: { d: "x" } };
    const renamed = renameReferences(config, "review", "check");
    expect(renamed).toEqual({ a: { b: ["{{ check.outputs }}", 1] }, c: { d: "x" } });
    expect(renamed.c).toBe(config.c);
    expect(renameReferences(config, "other", "check")).toBe(config);
  });
});
