import { expect, test } from "vitest";
import { authWords, emailFault, passwordFault } from "./auth-words.ts";

test("a wrong password and an unknown address read the same", () => {
  const words = authWords({ code: "invalid_credentials", status: 400, message: "Invalid login credentials" });
  expect(words.title).toBe("E-mail or password is wrong");
});

test("no network is told as such", () => {
  expect(authWords({ message: "Failed to fetch" }).title).toBe("The server cannot be reached");
});

test("a limit asks for patience", () => {
  expect(authWords({ code: "over_request_rate_limit", status: 429, message: "x" }).title).toBe("Too many attempts");
});

test("addresses and passwords are checked before they travel", () => {
  expect([emailFault(""), emailFault("ann"), emailFault(" ann@example.com ")].map(Boolean)).toEqual([
    true,
    true,
    false,
  ]);
  expect([passwordFault("short"), passwordFault("long enough")].map(Boolean)).toEqual([true, false]);
});
