import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../engine/json.ts";
import type { CliFailure } from "./failure.ts";
import { checkInput, onlyRequiredText, readInput } from "./run-input.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-input-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return `@${join(folder, name)}`;
}

const schema: JsonObject = {
  type: "object",
  required: ["document"],
  properties: { document: { type: "string", minLength: 3 }, most: { type: "integer" } },
};

describe("--input", () => {
  it("is JSON, a file of JSON, or the one text a workflow needs", () => {
    expect(readInput(undefined, schema)).toEqual({});
    expect(readInput('{"document":"abc"}', schema)).toEqual({ document: "abc" });
    expect(readInput(file("a.json", '{"document":"from file"}'), schema)).toEqual({ document: "from file" });
    expect(readInput(file("a.md", "# Tender"), schema)).toEqual({ document: "# Tender" });
  });

  it("takes a text only where exactly one field is required and it is a text", () => {
    expect(onlyRequiredText(schema)).toBe("document");
    expect(onlyRequiredText({ ...schema, required: ["document", "most"] })).toBeNull();
    expect(onlyRequiredText({ ...schema, required: ["most"] })).toBeNull();
    expect(onlyRequiredText({})).toBeNull();
    expect(() => readInput(file("b.md", "# Tender"), {})).toThrow(/b\.md is not JSON/);
  });

  it("says where JSON is broken and which file is not there, as wrong usage", () => {
    expect(() => readInput('{\n  "a": 1,\n}', schema)).toThrow(/value of --input is not JSON: .* at line 3, column 1/);
    expect(() => readInput("@/nowhere/at-all.json", schema)).toThrow(
      /at-all\.json cannot be read: there is no such file/,
    );
    expect(() => readInput("{", schema)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  it("is checked field by field before anything starts", () => {
    expect(() => checkInput({ document: "abc" }, schema, "flow.json")).not.toThrow();
    expect(() => checkInput({ document: "a", most: 1.5 }, schema, "flow.json")).toThrow(
      /document: must NOT have fewer than 3 characters\n {2}most: must be integer/,
    );
    expect(() => checkInput({ document: "a" }, schema, "flow.json")).toThrow(
      expect.objectContaining<Partial<CliFailure>>({ exitCode: 2 }),
    );
  });

  it("points to the sample beside a template", () => {
    expect(() => checkInput({}, schema, "templates/rfp-response.json")).toThrow(
      "--input @templates/samples/rfp-response.json",
    );
  });
});
