import { expect, test } from "vitest";
import { isOutage } from "./outage.ts";

const coded = (code: string): Error => Object.assign(new Error("x"), { code });

test.each([
  ["a refused connection", coded("ECONNREFUSED")],
  ["Postgres shutting down", coded("57P01")],
  ["a broken connection to Postgres", coded("08006")],
  ["a connection cut in mid-query", new Error("Connection terminated unexpectedly")],
  ["a closed connection to Redis", new Error("Connection is closed.")],
  ["a Redis that does not answer", new Error("Command timed out")],
  ["a Redis that loads its data", new Error("LOADING Redis is loading the dataset in memory")],
  ["a Redis without memory", new Error("OOM command not allowed when used memory > 'maxmemory'.")],
  [
    "a Redis that cannot save",
    new Error("MISCONF Redis is configured to save RDB snapshots, but it's unable to persist to disk."),
  ],
  ["a Postgres whose disk is full", coded("53100")],
  ["an error caused by one", new Error("could not append", { cause: coded("ECONNRESET") })],
  ["several addresses, none of which answers", new AggregateError([coded("ECONNREFUSED"), coded("ECONNREFUSED")])],
])("%s is waited out", (_name, error) => {
  expect(isOutage(error)).toBe(true);
});

test.each([
  ["a bug", new TypeError("x is not a function")],
  ["a constraint", coded("23505")],
  ["one that is only partly an outage", new AggregateError([coded("ECONNREFUSED"), new TypeError("x")])],
  ["something that is no error", "ECONNREFUSED"],
])("%s is not", (_name, error) => {
  expect(isOutage(error)).toBe(false);
});
