import { expect, it } from "vitest";
import { BatonError, errorClass, errorCodes, errorRecordSchema, toErrorRecord } from "./errors.ts";

it("every code has a class", () => {
  expect(new Set(errorCodes.map(errorClass))).toEqual(new Set(["yours", "theirs", "ours"]));
});

it("an error becomes a record that parses, with what it carries", () => {
  const cause = new Error("inner");
  const error = new BatonError("HTTP_STATUS", "no", {
    retryable: true,
    retryAfterMs: 5,
    details: { status: 503 },
    cause,
  });
  expect(error.cause).toBe(cause);
  expect(errorRecordSchema.parse(toErrorRecord(error))).toEqual({
    code: "HTTP_STATUS",
    message: "no",
    retryable: true,
    retryAfterMs: 5,
    details: { status: 503 },
  });
  expect(toErrorRecord(new BatonError("NOT_FOUND", "gone"))).toEqual({
    code: "NOT_FOUND",
    message: "gone",
    retryable: false,
  });
});

it("what is not ours to show is not shown", () => {
  const record = toErrorRecord(new Error("password=hunter2"));
  expect(record.code).toBe("STEP_UNCAUGHT");
  expect(JSON.stringify(record)).not.toContain("hunter2");
  expect(toErrorRecord("text", "INTERNAL")).toMatchObject({ code: "INTERNAL", retryable: false });
});
