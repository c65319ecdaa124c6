import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askingFile, startTestApi, until, type TestApi } from "./test-api.ts";

interface Call {
  method: string;
  authorization: string | undefined;
  body: string;
}

/** A Slack that knows the people it was told of and records what it is asked. */
const calls: Call[] = [];
const people = new Map<string, string>();
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    const method = request.url?.slice(1) ?? "";
    calls.push({ method, authorization: request.headers.authorization, body });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer(method, new URLSearchParams(body))));
  });
});
function answer(method: string, asked: URLSearchParams): object {
  const found = (id: string | undefined, email: string | null) =>
    id === undefined ? { ok: false, error: "users_not_found" } : { ok: true, user: { id, profile: { email } } };
  if (method === "users.lookupByEmail") return found(people.get(asked.get("email") ?? ""), asked.get("email"));
  if (method === "users.info") {
    const [email, id] = [...people].find((entry) => entry[1] === asked.get("user")) ?? [];
    return found(id, email ?? null);
  }
  return { ok: true };
}

const signingSecret = "the signing secret of the app";
let api: TestApi;
let url = "";
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = await startTestApi(["postgres", "redis", "supabase", "worker"], {
    SLACK_BOT_TOKEN: "xoxb-test",
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_API_URL: url,
    BATON_ALLOW_PRIVATE: new URL(url).host,
  });
  people.set(api.home.users.approver.email, "U1");
  people.set(api.foreign.users.owner.email, "U2");
});
afterAll(async () => {
  await api?.stop();
  server.close();
});

async function ask(title: string, config: object = {}): Promise<{ run: string; buttons: Record<string, string>[] }> {
  const as = api.home.keys.owner;
  const file = askingFile({ title, channels: ["slack"], assignee: { kind: "role", id: "approver" }, ...config });
  const workflow = (await api.call("POST", "/workflows", { as, body: file })).json.id;
  const run = (await api.call("POST", `/workflows/${workflow}/runs`, { as, body: {} })).json.id;
  const posted = await until(
    `the message "${title}"`,
    async () => calls.filter(({ method, body }) => method === "chat.postMessage" && body.includes(title)),
    (found) => found.length > 0,
  );
  expect(posted[0]!.authorization).toBe("Bearer xoxb-test");
  const message = JSON.parse(posted[0]!.body);
  expect(message.channel).toBe("U1");
  return { run, buttons: message.blocks.at(-1).elements };
}

interface Signing {
  secret?: string;
  at?: number;
  user?: string;
  respond?: string;
}

/** A click as Slack sends it. */
async function click(button: Record<string, string> | undefined, signing: Signing = {}): Promise<number> {
  const { secret = signingSecret, at = Date.now(), user = "U1", respond = `${url}/respond` } = signing;
  const payload = JSON.stringify({
    type: "block_actions",
    user: { id: user },
    response_url: respond,
    actions: [{ action_id: button?.["action_id"], value: button?.["value"] }],
  });
  const body = new URLSearchParams({ payload }).toString();
  const timestamp = String(Math.floor(at / 1_000));
  const signature = `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
  const response = await fetch(`${api.url}/api/hooks/slack`, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": signature,
    },
    body,
  });
  return response.status;
}

const approvalOf = async (run: string) =>
  (await api.call("GET", `/approvals?runId=${run}`, { as: api.home.keys.owner })).json.items[0];
const lastWord = (): string => calls.findLast(({ method }) => method === "respond")?.body ?? "";

test("a request comes as a direct message, and a click decides it once, as the member with that address", async () => {
  const { run, buttons } = await ask("Ship <!channel> it?");
  const text = calls.find(({ body }) => body.includes("Ship"))!.body;
  expect(text).toContain("&lt;!channel&gt;");
  expect(buttons.map(({ action_id: id }) => id)).toEqual(["decide:approve", "decide:reject", "decide:changes", "show"]);
  expect(await click(buttons[0])).toBe(200);
  expect(await approvalOf(run)).toMatchObject({
    status: "decided",
    decision: "approve",
    decidedVia: "slack",
    decidedByLabel: api.home.users.approver.email,
  });
  expect(lastWord()).toContain("replace_original");
  expect(await click(buttons[1])).toBe(200);
  expect(lastWord()).toContain("Your decision was not recorded.");
  expect((await approvalOf(run)).decision).toBe("approve");
});

test("what is not signed by Slack now decides nothing", async () => {
  const { run, buttons } = await ask("Forged?");
  expect(await click(buttons[0], { secret: "another secret" })).toBe(401);
  expect(await click(buttons[0], { at: Date.now() - 301_000 })).toBe(401);
  expect(await click(buttons[0], { at: Date.now() + 302_000 })).toBe(401);
  expect((await fetch(`${api.url}/api/hooks/slack`, { method: "POST", body: "payload={}" })).status).toBe(401);
  expect(await click(buttons[0], { respond: "https://evil.example.com/" })).toBe(422);
  expect((await approvalOf(run)).status).toBe("pending");
  expect(await click(buttons[3]), "opening the link is a click as well").toBe(200);
  expect((await approvalOf(run)).status).toBe("pending");
});

test("strangers, other tenants and forged tokens are told no, and nothing is decided", async () => {
  const { run, buttons } = await ask("Whose?");
  for (const user of ["U2", "U9"]) {
    expect(await click(buttons[0], { user })).toBe(200);
    expect(lastWord(), user).toContain("belongs to no member here");
  }
  const forged = { ...buttons[0], value: `${"A".repeat(100)}|approve` };
  expect(await click(forged)).toBe(200);
  expect(lastWord()).toContain("not valid or has expired");
  expect((await approvalOf(run)).status).toBe("pending");
});

test("fields that must be filled in are asked on the page, not by a button", async () => {
  const fields = [{ name: "account", label: "Account", type: "string", required: true }];
  const { buttons } = await ask("Which account?", { fields });
  expect(buttons.map(({ action_id: id }) => id)).toEqual(["show"]);
});
