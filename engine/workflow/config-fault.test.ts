import { expect, test } from "vitest";
import { z } from "zod";
import { configFault } from "./config-fault.ts";

const schema = z.strictObject({
  prompt: z.string().min(1),
  mode: z.enum(["each", "times"]).default("each"),
  cases: z.array(z.strictObject({ id: z.string() })).min(1),
  value: z.union([z.number(), z.string().min(1)]),
  most: z.int().max(10).default(1),
});
const good = { prompt: "Write.", cases: [{ id: "a" }], value: 1 };

function faults(config: object): string[] {
  const parsed = schema.safeParse(config);
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => {
        const { message, fix } = configFault(issue, config);
        return `${message} ${fix}`;
      });
}

test("what is missing or empty is needed, whatever the schema calls it", () => {
  const needed = (setting: string) => [`${setting} is needed. Fill it in.`];
  expect(faults({ ...good, prompt: undefined })).toEqual(needed("prompt"));
  expect(faults({ ...good, prompt: "" })).toEqual(needed("prompt"));
  expect(faults({ ...good, value: "" })).toEqual(needed("value"));
  expect(faults({ ...good, cases: [] })).toEqual(needed("cases"));
  expect(faults({ ...good, cases: [{}] })).toEqual(needed("cases.0.id"));
});

test("what is there and wrong says what it may be", () => {
  expect(faults({ ...good, mode: "never" })).toEqual(["mode must be one of each, times. Choose one of them."]);
  expect(faults({ ...good, most: 11 })).toEqual([
    "most: too big: expected number to be <=10. Correct this setting of the step.",
  ]);
});
