import { expect, test } from "vitest";
import { bestFirst } from "./best-first.ts";

test("who types a name gets what is called so, before what only speaks of it", () => {
  const all = [
    { title: "Sub-workflow", about: "gives its output" },
    { title: "Output", about: "ends the run" },
    { title: "Note", about: "is not run" },
  ];
  const titles = (search: string) => bestFirst(all, search, ({ about }) => about).map(({ title }) => title);
  expect(titles(" output")).toEqual(["Output", "Sub-workflow"]);
  expect(titles("")).toEqual(["Sub-workflow", "Output", "Note"]);
});
