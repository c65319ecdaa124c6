import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import type { z } from "zod";
import { workflowFileSchema } from "../engine/workflow/file.ts";
import { baton, CommandLine } from "./fixtures/command-line.ts";
import { newPerson, signIn } from "./fixtures/people.ts";
import { place } from "./fixtures/place.ts";
import { expectAccessible } from "./fixtures/screen.ts";
import { expect, test } from "./fixtures/test.ts";
import { standing, workflowFile } from "./fixtures/workflow-files.ts";
import { until } from "./stage/until.ts";

/** The editor as a person uses it: drawing, wiring, filling in, mending, running, publishing, carrying elsewhere. */

const node = (page: Page, id: string): Locator => page.getByTestId(`node-${id}`);
const canvas = (page: Page): Locator => page.getByTestId("canvas");
const settings = (page: Page): Locator => page.getByRole("region", { name: "Settings" });

async function newWorkflow(page: Page): Promise<void> {
  await page.goto("/workflows");
  // On a busy machine the list is there before its buttons do anything.
  const made = /\/workflows\/[0-9a-f-]{36}\/edit/;
  await expect(async () => {
    if (!made.test(page.url())) await page.getByRole("button", { name: "New workflow" }).click({ timeout: 2_000 });
    await expect(page).toHaveURL(made, { timeout: 10_000 });
  }).toPass();
  await expect(page.getByRole("heading", { name: "How do you want to begin?" })).toBeVisible();
}

/** Drags a kind of step from the list at the left to a place of the canvas, in pixels from its upper left corner. */
async function dragStep(page: Page, type: string, x: number, y: number): Promise<void> {
  await page.getByTestId(`palette-${type}`).dragTo(canvas(page), { targetPosition: { x, y } });
}

async function centre(locator: Locator): Promise<{ x: number; y: number }> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error("It is not on the screen.");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Draws a line from an output to a step's input with the mouse. */
async function wire(page: Page, from: string, port: string, to: string): Promise<void> {
  const handle = page.locator(`[data-id="${from}"] .react-flow__handle.source[data-port="${port}"]`);
  // Waits until the canvas stands still.
  await handle.hover();
  const source = await centre(handle);
  const target = await centre(page.locator(`[data-id="${to}"] .react-flow__handle.target`));
  await page.mouse.move(source.x, source.y);
  await page.mouse.down();
  await page.mouse.move((source.x + target.x) / 2, (source.y + target.y) / 2, { steps: 4 });
  await page.mouse.move(target.x, target.y, { steps: 4 });
  await page.mouse.up();
}

async function savedFile(page: Page): Promise<z.infer<typeof workflowFileSchema>> {
  await expect(page.getByText(/^Saved/)).toBeVisible();
  const download = page.waitForEvent("download");
  await page.keyboard.press("Escape");
  await page.keyboard.press("ControlOrMeta+Shift+E");
  return workflowFileSchema.parse(JSON.parse(readFileSync(await (await download).path(), "utf8")));
}

test("from an empty canvas to a finished run, and on to another organisation", async ({ owner: page, browser }) => {
  test.setTimeout(240_000);
  await newWorkflow(page);

  // Drag: a start, an agent, a condition, a parallel, a loop inside the canvas, an approval, an output.
  await dragStep(page, "start", 140, 200);
  await dragStep(page, "agent", 420, 200);
  await dragStep(page, "condition", 700, 200);
  await expect(node(page, "condition")).toBeVisible();
  await dragStep(page, "parallel", 240, 420);
  await dragStep(page, "loop", 640, 420);
  await page.keyboard.press("1");
  await expect(page.locator(".react-flow__node")).toHaveCount(5);
  await dragInto(page, "agent", "parallel");
  await dragInto(page, "transform", "loop_1");
  await page.keyboard.press("1");

  await wire(page, "start", "out", "agent");
  await wire(page, "agent", "out", "condition");
  await wire(page, "condition", "true", "parallel");
  await wire(page, "parallel", "out", "loop_1");
  await expect(page.locator(".react-flow__edge")).toHaveCount(4);

  // The rest by keyboard, each joined to the one that is chosen.
  await node(page, "loop_1").click({ position: { x: 60, y: 14 } });
  await addByKeyboard(page, "Approval");
  await expect(node(page, "approval")).toBeVisible();
  await addByKeyboard(page, "Output");
  await page.keyboard.press("Shift+L");
  await expect(page.locator(".react-flow__edge")).toHaveCount(6);

  // What a run is started with.
  await page.getByRole("tab", { name: "Workflow" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Drawn by hand");
  await page.getByRole("button", { name: "Add a field" }).click();
  await page.getByLabel("Input: name of field 1").fill("topic");

  // Fill in, with completion.
  await open(page, "agent");
  const prompt = settings(page).getByLabel("Prompt");
  await prompt.fill("");
  await prompt.pressSequentially("Write two sentences about {{ inp");
  await expect(page.getByRole("option", { name: /input\.topic/ })).toBeVisible();
  await prompt.pressSequentially("ut.to");
  await prompt.press("Enter");
  await expect(prompt).toHaveValue("Write two sentences about {{ input.topic }}");

  await open(page, "condition");
  await settings(page).getByLabel("Condition").fill("{{ input.topic.length > 2 }}");
  await open(page, "loop_1");
  await settings(page).getByLabel("Items", { exact: true }).fill('{{ ["one", "two"] }}');
  await open(page, "transform");
  await settings(page).getByLabel("Value", { exact: true }).fill("{{ loop.item }}");

  // A problem is marked before anything runs: it is told, found and mended.
  await open(page, "agent_2");
  await settings(page).getByLabel("Prompt").fill("Judge: {{ agnt.outputs.text }}");
  await expect(page.getByTestId("problem-count")).toHaveText(/1 problem/);
  await expect(page.locator('[data-id="agent_2"] .node-error')).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByTestId("problem-count").click();
  await page.getByRole("button", { name: /there is nothing called "agnt"/ }).click();
  const mended = settings(page).getByLabel("Prompt");
  await expect(mended).toBeFocused();
  await mended.fill("Judge: {{ agent.outputs.text }}");
  await expect(page.getByTestId("problem-count")).toHaveText(/No problems/);
  await expect(page.getByText(/^Saved/)).toBeVisible();
  await expectAccessible(page, "editor");

  // Run: publishes, since there is only a draft, and says so.
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByText("This publishes version 1 and runs it.").first()).toBeVisible();
  await page.getByLabel("Topic").fill("lighthouses");
  await page.keyboard.press("ControlOrMeta+Enter");

  // It is shown on the drawing itself: every step in its state, what waits for a person a click away.
  const bar = page.getByTestId("run-bar");
  await expect(bar.getByText("Needs a person")).toBeVisible({ timeout: 60_000 });
  // Only what is in sight is drawn.
  await page.getByRole("button", { name: "Show everything" }).click();
  await expect(node(page, "agent")).toHaveAttribute("data-state", "completed");
  await expect(node(page, "approval")).toHaveAttribute("data-state", "waiting-person");
  await expectAccessible(page, "editor with a run");
  // A page that is opened again shows the run that is under way, and its values are in the previews.
  await page.reload();
  await expect(bar.getByText("Needs a person")).toBeVisible();
  await open(page, "agent_2");
  await expect(settings(page).getByTestId("preview").last()).toContainText("Judge:");

  // Publish what was changed since.
  await open(page, "output");
  await page.getByLabel("Name", { exact: true }).fill("Result");
  await expect(page.getByText(/ahead of version 1/)).toBeVisible();
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByLabel("What changed").fill("A better name");
  await page.getByRole("dialog").getByRole("button", { name: "Publish", exact: true }).click();
  await expect(page.getByText("version 2", { exact: true })).toBeVisible();

  // Export, and import in another organisation.
  const file = await savedFile(page);
  expect(file.nodes.find(({ id }) => id === "output")?.name).toBe("Result");
  expect(file.nodes.filter(({ parentId }) => parentId !== null)).toHaveLength(2);
  const elsewhere = await browser.newContext({ baseURL: place().url });
  const other = await elsewhere.newPage();
  await signIn(other, await newPerson());
  await newWorkflow(other);
  await other.getByRole("button", { name: "More" }).click();
  await other.getByRole("menuitem", { name: "Import into this draft" }).click();
  await other.getByLabel("Workflow file", { exact: true }).last().fill(JSON.stringify(file));
  await other.getByRole("dialog").getByRole("button", { name: "Import" }).click();
  await expect(other.locator(".react-flow__node")).toHaveCount(file.nodes.length);
  await expect(other.getByText(/^Saved/)).toBeVisible();
  await elsewhere.close();

  // And run that very file from the command line; the approval is decided from there as well.
  const folder = mkdtempSync(join(tmpdir(), "baton-drawn-"));
  const path = join(folder, "drawn-by-hand.json");
  writeFileSync(path, JSON.stringify(file));
  const command = new CommandLine(["run", path, "--input", JSON.stringify({ topic: "lighthouses" }), "--watch"]);
  const approval = await until(
    "the command names what it waits for",
    () => /approve ([0-9a-f-]{36})/.exec(command.out + command.err)?.[1],
  );
  const decided = await baton("approve", approval);
  expect(decided.status, decided.err).toBe(0);
  const ended = await command.ended;
  expect(ended.status, ended.err).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

test("a run is stopped from the editor, and started again with what it was given", async ({
  owner: page,
  api,
  gate,
}) => {
  const id = await api.importWorkflow(standing("Stopped in the editor", gate.url()));
  await page.goto(`/workflows/${id}/edit`);
  await page.locator(".react-flow__node").first().waitFor();
  const bar = page.getByTestId("run-bar");
  await page.keyboard.press("ControlOrMeta+Enter");
  // Nothing is asked for and the version is the draft: it runs at once.
  await gate.reached();
  await expect(bar.getByText("Running")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+.");
  await expect(bar.getByText("Cancelled")).toBeVisible();
  await expectAccessible(page, "editor with a stopped run");
  await page.keyboard.press("ControlOrMeta+Shift+Enter");
  await gate.reached(2);
  await gate.open();
  await expect(bar.getByText("Completed")).toBeVisible({ timeout: 45_000 });
  await bar.getByRole("button", { name: "Take the run off the canvas" }).click();
  await expect(bar).toBeHidden();
});

test("the outline edits the drawing by keyboard alone: walk, add, connect, disconnect, delete", async ({
  owner: page,
  api,
}) => {
  const id = await api.importWorkflow(chain("Outline"));
  await page.goto(`/workflows/${id}/edit`);
  await node(page, "middle").waitFor();
  await page.keyboard.press("Shift+O");
  const tree = page.getByRole("tree", { name: "Steps of the workflow" });
  const focused = tree.locator(":focus");
  await expect(focused).toContainText("start");
  await expectAccessible(page, "outline");
  await page.keyboard.press("ArrowDown");
  await expect(focused).toContainText("to middle");
  await page.keyboard.press("Delete");
  await expect(tree.getByText("to middle")).toHaveCount(0);
  await page.keyboard.press("Home");
  await page.keyboard.press("c");
  await page.getByRole("combobox", { name: "Connect to" }).fill("middle");
  await page.keyboard.press("Enter");
  await expect(tree.getByText("to middle")).toHaveCount(1);
  await expect(focused).toContainText("start");
  await addByKeyboard(page, "Transform");
  await expect(tree.getByRole("treeitem", { name: /Transform/ }).first()).toBeVisible();
  await page.keyboard.press("Delete");
  await expect(page.locator(".react-flow__node")).toHaveCount(3);
});

test("several steps at once: aligned, spread, copied with Alt, put into a loop, moved by keys", async ({
  owner: page,
  api,
}) => {
  const id = await api.importWorkflow(chain("Several"));
  await page.goto(`/workflows/${id}/edit`);
  await node(page, "middle").waitFor();
  // With Alt a copy stands where the step is let go of.
  const from = await centre(node(page, "middle"));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.keyboard.down("Alt");
  await page.mouse.move(from.x + 20, from.y + 120, { steps: 4 });
  await page.mouse.move(from.x + 30, from.y + 160, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up("Alt");
  await expect(node(page, "middle_2")).toBeVisible();
  expect(await centre(node(page, "middle"))).toEqual(from);

  await node(page, "middle").click({ modifiers: ["ControlOrMeta"] });
  const bar = page.getByTestId("bulk-bar");
  await expect(bar).toContainText("2 chosen");
  await expectAccessible(page, "several steps");
  await bar.getByRole("button", { name: "Align left" }).click();
  await expect
    .poll(async () => Math.round((await centre(node(page, "middle_2"))).x - (await centre(node(page, "middle"))).x))
    .toBe(0);
  await page.keyboard.press("Alt+ArrowDown");
  await expect.poll(async () => (await centre(node(page, "middle"))).y).toBeGreaterThan(from.y + 8);
  await bar.getByRole("button", { name: "Put into a loop" }).click();
  await expect(node(page, "loop_1")).toContainText("2 steps");
  await page.keyboard.press("ControlOrMeta+Shift+G");
  await expect(node(page, "loop_1")).toHaveCount(0);
});

test("two windows on one draft: nothing is overwritten, both versions are kept", async ({
  owner: page,
  api,
  expected,
}) => {
  expected.push(/409/);
  const id = await api.importWorkflow(chain("Two windows"));
  await page.goto(`/workflows/${id}/edit`);
  const second = await page.context().newPage();
  await second.goto(`/workflows/${id}/edit`);
  await rename(page, "middle", "Changed in the first");
  await expect(page.getByText(/^Saved ·/)).toBeVisible();
  await rename(second, "middle", "Changed in the second");
  const dialog = second.getByRole("dialog", { name: "This draft was changed elsewhere" });
  await expect(dialog).toBeVisible();
  const differs = dialog.getByRole("row", { name: /: name Changed in the second Changed in the first/ });
  await expect(differs).toBeVisible();
  await expectAccessible(second, "conflict");
  await dialog.getByRole("button", { name: "Take theirs" }).click();
  await expect(second.getByText("Both versions are kept").first()).toBeVisible();
  await expect(node(second, "middle")).toContainText("Changed in the first");
  await second.goto("/workflows?q=my+copy");
  await expect(second.getByText("Two windows (my copy)").first()).toBeVisible();
});

test("what is changed without a network is kept, also over a reload, and saved when it is back", async ({
  owner: page,
  api,
  expected,
}) => {
  expected.push(/ERR_INTERNET_DISCONNECTED|409/);
  const id = await api.importWorkflow(chain("Without a network"));
  await page.goto(`/workflows/${id}/edit`);
  await node(page, "middle").waitFor();
  await page.route("**/api/v1/workflows/**", (route) => route.abort("internetdisconnected"));
  await rename(page, "middle", "Written offline");
  await expect(page.getByText("Offline, kept here").first()).toBeVisible();
  await page.unroute("**/api/v1/workflows/**");
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await expect(page.getByText("Unsaved changes are back", { exact: true })).toBeVisible();
  await expect(page.getByText(/^Saved ·/)).toBeVisible();
  await page.reload();
  await expect(node(page, "middle")).toContainText("Written offline");
});

test("everything by keyboard, and what is pasted is text", async ({ owner: page }) => {
  await newWorkflow(page);
  await page.getByRole("button", { name: /^Blank/ }).click();
  await expect(page.locator(".react-flow__node")).toHaveCount(2);
  await page.keyboard.press("ArrowRight");
  await expect(page.getByLabel("Id, as expressions read it")).toHaveValue("start");
  await addByKeyboard(page, "Transform");
  await page.keyboard.press("c");
  await page.getByRole("combobox", { name: "Connect to" }).fill("output");
  await page.keyboard.press("Enter");
  await expect(page.locator(".react-flow__edge")).toHaveCount(3);
  await page.keyboard.press("ControlOrMeta+z");
  await expect(page.locator(".react-flow__edge")).toHaveCount(2);
  await page.keyboard.press("F2");
  const hostile = '<img src=x onerror="window.hacked=1"> \u202Egnp.exe';
  await page.keyboard.insertText(hostile);
  await page.keyboard.press("Escape");
  await expect(node(page, "transform")).toContainText("<img src=x onerror");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await expectAccessible(page, "shortcuts");
  await page.keyboard.press("Escape");
  await page.emulateMedia({ colorScheme: "dark" });
  await expectAccessible(page, "editor, dark");
});

function chain(name: string): object {
  return workflowFile(
    name,
    [
      { id: "start", type: "start" },
      { id: "middle", type: "transform", config: { value: "{{ input }}" } },
      { id: "end", type: "output", config: { value: "{{ middle.outputs }}" } },
    ],
    [
      ["start", "middle"],
      ["middle", "end"],
    ],
  );
}

async function rename(page: Page, id: string, name: string): Promise<void> {
  await node(page, id).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
}

/** Drops a new step into a container that is on the screen. */
async function dragInto(page: Page, type: string, container: string): Promise<void> {
  const frame = await canvas(page).boundingBox();
  const box = await node(page, container).boundingBox();
  if (frame === null || box === null) throw new Error("It is not on the screen.");
  await dragStep(page, type, box.x - frame.x + box.width / 2, box.y - frame.y + box.height * 0.65);
}

async function addByKeyboard(page: Page, title: string): Promise<void> {
  await page.keyboard.press("n");
  await page.getByRole("combobox", { name: "Add a step" }).fill(title);
  await page.keyboard.press("Enter");
}

/** Opens a step's settings by the command palette, wherever it stands. */
async function open(page: Page, id: string): Promise<void> {
  await page.keyboard.press("ControlOrMeta+K");
  await page.getByRole("combobox", { name: "Search commands and names" }).fill(id);
  await page.locator(`[id="command-node-${id}"]`).click();
  await expect(page.getByLabel("Id, as expressions read it")).toHaveValue(id);
}
