import { newClient } from "./fixtures/people.ts";
import { Api } from "./fixtures/api.ts";
import { place } from "./fixtures/place.ts";
import { expect, test } from "./fixtures/test.ts";
import { asking, yesOrNo } from "./fixtures/workflow-files.ts";
import type { SupabaseClient } from "@supabase/supabase-js";

/** Everything that another organisation has, by kind. */
async function theirs(api: Api): Promise<{ workflow: string; run: string; approval: string }> {
  const workflow = await api.importWorkflow(asking("Nobody else's", { title: "A secret question", options: yesOrNo }));
  const run = await api.start(workflow);
  return { workflow, run, approval: (await api.approvalOf(run)).id };
}

const notFound = /404 \(Not Found\)/;

test("a stranger's browser finds nothing at the addresses of another organisation", async ({
  api,
  strangerPage,
  expected,
}) => {
  expected.push(notFound);
  const { workflow, run, approval } = await theirs(api);
  for (const path of [`/workflows/${workflow}`, `/runs/${run}`]) {
    await strangerPage.goto(path);
    await expect(strangerPage.getByText("There is nothing at this address")).toBeVisible();
  }
  await strangerPage.goto(`/approvals/${approval}`);
  await expect(strangerPage.getByText("This approval cannot be shown", { exact: true })).toBeVisible();
  for (const path of ["/home", "/workflows", "/runs", "/approvals"]) {
    await strangerPage.goto(path);
    await expect(strangerPage.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(strangerPage.getByText(/A secret question|Nobody else's/)).toHaveCount(0);
  }
});

test("a stranger's token opens nothing through the API", async ({ api, stranger }) => {
  const { workflow, run, approval } = await theirs(api);
  const foreign = new Api(stranger.accessToken);
  const attempts: [string, string, unknown?][] = [
    ["GET", `/workflows/${workflow}`],
    ["GET", `/workflows/${workflow}/export`],
    ["GET", `/workflows/${workflow}/plan`],
    ["POST", `/workflows/${workflow}/runs`, { input: {} }],
    ["POST", `/workflows/${workflow}/publish`, {}],
    ["GET", `/runs/${run}`],
    ["GET", `/runs/${run}/events`],
    ["POST", `/runs/${run}/cancel`, {}],
    ["POST", `/runs/${run}/pause`, {}],
    ["POST", `/runs/${run}/retry`, {}],
    ["GET", `/approvals/${approval}`],
    ["POST", `/approvals/${approval}/link`, {}],
    ["POST", `/approvals/${approval}/decision`, { decision: "approve" }],
  ];
  for (const [method, path, body] of attempts) {
    expect((await foreign.send(method, path, body)).status, `${method} ${path}`).toBe(404);
  }
  expect((await api.run(run)).status).toBe("waiting");
});

test("the data API shows a stranger and the signed-out not one row, and takes none", async ({ api, stranger }) => {
  const { workflow, run, approval } = await theirs(api);
  const hunts = (client: SupabaseClient) => [
    client.from("organizations").select("id").neq("id", stranger.orgId),
    client.from("memberships").select("user_id").neq("org_id", stranger.orgId),
    client.from("workflows").select("id").eq("id", workflow),
    client.from("workflow_versions").select("version").eq("workflow_id", workflow),
    client.from("runs").select("id").eq("id", run),
    client.from("run_events").select("seq").eq("run_id", run),
    client.from("approvals").select("id").eq("id", approval),
    client.from("api_keys").select("id"),
    client.from("audit_log").select("*").neq("org_id", stranger.orgId),
  ];
  for (const client of [stranger.client, newClient()]) {
    for (const answer of await Promise.all(hunts(client))) expect(answer.data ?? []).toEqual([]);
    const taken = await client.from("runs").update({ status: "cancelled" }).eq("id", run).select();
    expect(taken.data ?? []).toEqual([]);
    const joined = await client
      .from("memberships")
      .insert({ org_id: await orgOf(api), user_id: stranger.userId, role: "owner" });
    expect(joined.error).not.toBeNull();
  }
  expect((await api.run(run)).status).toBe("waiting");
});

test("another organisation's topics cannot be joined", async ({ api, stranger }) => {
  const { run } = await theirs(api);
  const { data } = await stranger.client.auth.getSession();
  const token = data.session!.access_token;
  for (const topic of [`run:${run}`, `org:${await orgOf(api)}`]) {
    expect(await joining(token, topic), topic).not.toBe("SUBSCRIBED");
    expect(await joining(null, topic), topic).not.toBe("SUBSCRIBED");
  }
  expect(await joining(token, `org:${stranger.orgId}`), "their own").toBe("SUBSCRIBED");
});

/** What comes of joining a topic, over a connection of its own: one that is still closing would refuse the next. */
async function joining(token: string | null, topic: string): Promise<string> {
  const client = newClient();
  await client.realtime.setAuth(token);
  const channel = client.channel(topic, { config: { private: true } });
  const answer = await new Promise<string>((resolve) => channel.subscribe((status) => resolve(status)));
  await client.removeChannel(channel);
  return answer;
}

/** The first organisation's id, which a stranger could have learnt elsewhere. */
async function orgOf(_api: Api): Promise<string> {
  const client = newClient();
  const { error } = await client.auth.signInWithPassword(place().owner);
  if (error !== null) throw error;
  const { data } = await client.from("memberships").select("org_id").limit(1).single();
  return String(data?.org_id);
}
