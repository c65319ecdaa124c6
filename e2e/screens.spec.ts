import type { Browser, Page } from "@playwright/test";
import type { Api } from "./fixtures/api.ts";
import { Gate } from "./fixtures/gate.ts";
import { bringSession, newPerson } from "./fixtures/people.ts";
import { place } from "./fixtures/place.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures/screen.ts";
import { expect, test } from "./fixtures/test.ts";
import { asking, standing, workflowFile, yesOrNo } from "./fixtures/workflow-files.ts";
import { complaintsOf } from "./fixtures/watch-page.ts";

// Colours differ by theme and layout by width, so two of the four tell all there is.
const looks = [
  { theme: "light", width: 1440 },
  { theme: "dark", width: 380 },
] as const;
/** Seen by people only, who ask for them: `E2E_PICTURES=1` keeps a picture of each screen in all four. */
const pictured =
  process.env["E2E_PICTURES"] === undefined
    ? []
    : ([...looks, { theme: "dark", width: 1440 }, { theme: "light", width: 380 }] as const);
type Look = (typeof looks | typeof pictured)[number];

interface Screen {
  name: string;
  path: string;
  /** What must be on the screen before it is looked at. */
  shows: string | RegExp;
  /** Brings the screen into the state meant. */
  act?(page: Page): Promise<void>;
}

const signedOut: Screen[] = [
  { name: "sign-in", path: "/sign-in", shows: "Welcome back" },
  {
    name: "sign-in-wrong",
    path: "/sign-in",
    shows: "Enter your password.",
    act: (page) => page.getByRole("button", { name: "Sign in" }).click(),
  },
  { name: "sign-up", path: "/sign-up", shows: "Create an account" },
  { name: "forgot-password", path: "/forgot-password", shows: "Reset your password" },
  { name: "reset-password-spent", path: "/reset-password", shows: "This link does not work any more" },
  { name: "mailbox", path: "/mailbox", shows: "Local mailbox" },
  { name: "not-found", path: "/no/such/page", shows: "There is nothing at this address" },
  { name: "bad-link", path: "/a/forged", shows: "This link does not open anything" },
];

const empty: Screen[] = [
  { name: "empty-home", path: "/home", shows: /^Welcome, / },
  { name: "empty-workflows", path: "/workflows", shows: "No workflows yet" },
  { name: "empty-runs", path: "/runs", shows: "No runs yet" },
  { name: "empty-approvals", path: "/approvals", shows: "Nothing waits for a decision" },
  { name: "empty-agents", path: "/agents", shows: "No agents yet" },
  { name: "welcome", path: "/welcome", shows: "A new organisation" },
];

const click = (role: "tab" | "button" | "radio", name: string | RegExp) => (page: Page) =>
  page.getByRole(role, { name }).first().click();

/** Screens of an organisation in the middle of its work. */
async function full(api: Api, gate: Gate): Promise<Screen[]> {
  const asked = asking("Crane purchase", {
    title: "Buy the second harbour crane for 412,000 before the price rises on 1 April?",
    description:
      "Three offers were compared. **Hafenbau** is the cheapest and delivers first.\n\n| Offer | Price |\n|---|---|\n| Hafenbau | 412,000 |\n| Liftico | 431,500 |",
    options: yesOrNo,
    recommended: "approve",
    recommendation: "Hafenbau meets every requirement; the budget holds 450,000.",
    urgency: "high",
    fields: [{ name: "account", label: "Cost centre", type: "string", required: true }],
    context: { offers: 3, cheapest: { name: "Hafenbau", price: 412_000 }, risks: ["Delivery may slip by two weeks"] },
  });
  const workflow = await api.importWorkflow(asked);
  const waiting = await api.start(workflow);
  const approval = await api.approvalOf(waiting);
  const working = await api.start(await api.importWorkflow(standing("Nightly reconciliation", gate.url())));
  await gate.reached();
  const open = new Gate();
  await open.open();
  const failed = await api.start(await api.importWorkflow(standing("Ledger export", open.url("?status=500"))));
  await api.runIn(failed, "failed");
  const written = workflowFile(
    "Weekly summary",
    [
      { id: "start", type: "start" },
      {
        id: "read",
        type: "agent",
        name: "Read the week",
        config: { prompt: "Summarise a quiet week at the harbour." },
      },
      { id: "write", type: "agent", name: "Write it up", config: { prompt: "Rewrite: {{ read.outputs.text }}" } },
      { id: "finish", type: "output", name: "Summary", config: { value: "{{ write.outputs.text }}" } },
    ],
    [
      ["start", "read"],
      ["read", "write"],
      ["write", "finish"],
    ],
  );
  const done = await api.start(await api.importWorkflow(written));
  await api.runIn(done, "completed");
  return [
    { name: "home", path: "/home", shows: "Running now" },
    { name: "workflows", path: "/workflows", shows: "Crane purchase" },
    { name: "workflow", path: `/workflows/${workflow}`, shows: "Versions" },
    {
      name: "workflow-run-form",
      path: `/workflows/${workflow}`,
      shows: "This workflow asks for no input.",
      act: click("button", /^Run /),
    },
    { name: "workflows-import", path: "/workflows", shows: "Import a workflow", act: click("button", "Import") },
    { name: "workflows-none-found", path: "/workflows?q=zzz", shows: "No workflow is called “zzz”" },
    { name: "templates", path: "/templates", shows: "RFP response" },
    { name: "runs", path: "/runs", shows: "Nightly reconciliation" },
    { name: "runs-none-match", path: "/runs?status=paused", shows: "No run matches" },
    { name: "run-waiting", path: `/runs/${waiting}`, shows: "waits for a decision" },
    { name: "run-working", path: `/runs/${working}`, shows: "Stand at the gate" },
    { name: "run-failed", path: `/runs/${failed}`, shows: "Stand at the gate failed" },
    { name: "run-completed", path: `/runs/${done}`, shows: "Write it up" },
    { name: "run-result", path: `/runs/${done}`, shows: "Weekly summary", act: click("tab", "Result") },
    { name: "run-journal", path: `/runs/${done}`, shows: "run-completed", act: click("tab", /Journal/) },
    { name: "approvals", path: "/approvals", shows: /Buy the second harbour crane/ },
    { name: "approval", path: `/approvals/${approval.id}`, shows: "The agents recommend: Approve" },
    {
      name: "approvals-done",
      path: "/approvals",
      shows: /Done|Nothing has been decided/,
      act: click("radio", "Done"),
    },
    { name: "agents-none-found", path: "/agents?q=zzz", shows: "No agent is found for “zzz”" },
    { name: "settings", path: "/settings", shows: "Members" },
    { name: "settings-members", path: "/settings/members", shows: "Roles go from reading to owning" },
    { name: "settings-credentials", path: "/settings/credentials", shows: "No credentials" },
    {
      name: "settings-new-credential",
      path: "/settings/credentials",
      shows: "Steps refer to it by this name.",
      act: click("button", "New credential"),
    },
    { name: "settings-new-key", path: "/settings/api-keys", shows: "New API key", act: click("button", "New key") },
  ];
}

test("signed-out and empty screens, light and dark, wide and narrow", async ({ browser }) => {
  test.setTimeout(300_000);
  const page = await newPage(browser);
  await see(page, signedOut);
  await bringSession(page.context(), await newPerson());
  await see(page, empty);
  await page.context().close();
});

test("screens of an organisation at work, light and dark, wide and narrow", async ({
  api,
  browser,
  gate,
  ownerState,
}) => {
  test.setTimeout(420_000);
  const page = await newPage(browser);
  await page.context().addCookies(ownerState.cookies);
  await see(page, await full(api, gate));
  await page.context().close();
});

async function newPage(browser: Browser): Promise<Page> {
  return (await browser.newContext({ baseURL: place().url, reducedMotion: "reduce" })).newPage();
}

/**
 * Opens each screen once and looks at it in each light and width: collects what is wrong, so that one bad screen hides no other.
 */
async function see(page: Page, screens: Screen[]): Promise<void> {
  const complaints = complaintsOf(page);
  for (const { name, path, shows, act } of screens) {
    await test.step(name, async () => {
      await dress(page, looks[0]);
      await page.goto(path);
      await act?.(page);
      await expect(page.getByText(shows).locator("visible=true").first()).toBeVisible();
      for (const look of looks) {
        await dress(page, look);
        await expectAccessible(page, at(name, look));
        await expectNoSidewaysScroll(page, at(name, look));
      }
      for (const look of pictured) {
        await dress(page, look);
        await page.screenshot({ path: `test-results/screens/${at(name, look)}.png`, animations: "disabled" });
      }
    });
  }
  const unexpected = complaints.filter((each) => !/Failed to load resource/.test(each));
  expect.soft(unexpected, "complaints").toEqual([]);
}

function at(name: string, { theme, width }: Look): string {
  return `${name}-${theme}-${width}`;
}

async function dress(page: Page, { theme, width }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height: width < 500 ? 820 : 900 });
  await expect(page.locator(`html[data-theme=${theme}]`).or(page.locator("html:not([data-theme])"))).toBeAttached();
}
