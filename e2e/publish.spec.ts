import { z } from "zod";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures/screen.ts";
import { expect, test } from "./fixtures/test.ts";
import { workflowFile } from "./fixtures/workflow-files.ts";

const conflict = /409 \(Conflict\)/;

test("an input that breaks a workflow which calls this one is published only when that is accepted", async ({
  api,
  owner: page,
  expected,
}) => {
  expected.push(conflict);
  const called = await api.importWorkflow(asks({ topic: { type: "string" } }, []));
  await api.importWorkflow(calls(called));
  const draft = asks({ topic: { type: "string" }, more: { type: "number" } }, ["more"]);
  await api.call("PUT", `/workflows/${called}`, z.unknown(), { revision: 1, definition: draft });

  await page.goto(`/workflows/${called}/edit`);
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("What changed").fill("More is asked for");
  await dialog.getByRole("button", { name: "Publish", exact: true }).click();
  await expect(dialog.getByText("It was not published")).toBeVisible();
  await expect(dialog.getByText(/Calls it .*step Ask it/).first()).toBeVisible();
  for (const [theme, width] of [
    ["light", 1440],
    ["dark", 1024],
  ] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 900 });
    await expectAccessible(page, `publish-breaks-${theme}`);
    await expectNoSidewaysScroll(page, `publish-breaks-${width}`);
  }
  await expect(dialog.getByLabel("What changed")).toHaveValue("More is asked for");
  await dialog.getByRole("button", { name: "Publish all the same" }).click();
  await expect(page.getByText("Version 2 is published", { exact: true })).toBeVisible();
});

function asks(properties: object, required: string[]): object {
  const nodes = [
    { id: "start", type: "start" },
    { id: "out", type: "output", config: { value: "{{ input.topic }}" } },
  ];
  return workflowFile("Called by others", nodes, [["start", "out"]], {
    input: { type: "object", properties, required },
  });
}

function calls(workflow: string): object {
  const config = { workflow, version: "latest", input: { topic: "x" } };
  const nodes = [
    { id: "start", type: "start" },
    { id: "ask", type: "sub-workflow", name: "Ask it", config },
  ];
  return workflowFile("Calls it", nodes, [["start", "ask"]]);
}
