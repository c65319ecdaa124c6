import { expect, test } from "vitest";
import { chooseProvider } from "./model-choice.ts";

const own = { name: "Own", defaultModel: "small", models: [{ name: "large" }] };
const router = { name: "Router", defaultModel: "auto", models: [] };

test.each([
  [null, "Own", "small"],
  ["", "Own", "small"],
  ["large", "Own", "large"],
  ["small", "Own", "small"],
  ["auto", "Router", "auto"],
  ["anything", "Router", "anything"],
  ["router/meta/llama", "Router", "meta/llama"],
  ["Own/unlisted", "Own", "unlisted"],
])("%s is answered by %s as %s", (wanted, provider, model) => {
  expect(chooseProvider([own, router], wanted)).toMatchObject({ provider: { name: provider }, model });
});

test("a model that nobody offers is left to the deployment", () => {
  expect(chooseProvider([own], "gpt-5")).toBeNull();
  expect(chooseProvider([], null)).toBeNull();
});
