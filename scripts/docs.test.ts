import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { errorCodes } from "../engine/errors.ts";

const pages = join(import.meta.dirname, "../docs/errors");

it("every error has its page, and every page an error", () => {
  expect(errorCodes.filter((code) => !existsSync(join(pages, `${code}.md`)))).toEqual([]);
  expect(
    readdirSync(pages).filter((page) => !(errorCodes as readonly string[]).includes(page.replace(/\.md$/, ""))),
  ).toEqual([]);
});
