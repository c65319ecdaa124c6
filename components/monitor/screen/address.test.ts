import { expect, test } from "vitest";
import { readAddress } from "./address.ts";

test("reads the event and the step of a link, and nothing that is neither", () => {
  expect(readAddress("?at=120&step=answers.3.draft")).toEqual({ at: 120, chosen: "answers.3.draft" });
  expect(readAddress("")).toEqual({ at: null, chosen: null });
  for (const at of ["0", "-4", "1.5", "NaN", "1e99", "x"]) expect(readAddress(`?at=${at}`).at).toBeNull();
  expect(readAddress("?step=<script>").chosen).toBeNull();
});
