import { afterAll, beforeAll, expect, test } from "vitest";
import { askingFile, startTestApi, until, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.stop());

interface Mail {
  to: unknown;
  subject: string;
  text: string;
}

async function mails(subject: string): Promise<Mail[]> {
  const answer = await fetch(`${api.variables["BATON_MAILBOX_URL"]}/mailbox.json`);
  return ((await answer.json()) as { mails: Mail[] }).mails.filter((mail) => mail.subject === subject);
}

async function ask(config: object): Promise<string> {
  const as = api.home.keys.owner;
  const workflow = (await api.call("POST", "/workflows", { as, body: askingFile(config) })).json.id;
  return (await api.call("POST", `/workflows/${workflow}/runs`, { as, body: {} })).json.id;
}

/** All notices of a run that nobody works on any more. */
async function settled(run: string): Promise<{ recipient: string; sent: boolean }[]> {
  const read = async () =>
    (
      await api.pool.query<{ recipient: string; sent: boolean; open: boolean }>(
        `select n.recipient, n.sent_at is not null as sent, n.sent_at is null and n.dropped_at is null as open
         from public.approval_notices n join public.approvals a on a.id = n.approval_id where a.run_id = $1 order by 1`,
        [run],
      )
    ).rows;
  const rows = await until("the notices", read, (found) => found.length > 0 && found.every(({ open }) => !open));
  return rows.map(({ recipient, sent }) => ({ recipient, sent }));
}

const tokenOf = (mail: Mail | undefined): string => /\/a\/([\w-]{100})/.exec(mail?.text ?? "")?.[1] ?? "";

test("a request mails each of those it is asked of once; opening the link decides nothing", async () => {
  const run = await ask({
    title: "Sign the lease?",
    channels: ["inbox", "email"],
    assignee: { kind: "role", id: "approver" },
  });
  const { email } = api.home.users.approver;
  expect(await settled(run)).toEqual([{ recipient: email, sent: true }]);
  const [mail, ...more] = await mails("Sign the lease?");
  expect([JSON.stringify(mail?.to).includes(email), more]).toEqual([true, []]);

  const path = `/approval-links/${tokenOf(mail)}`;
  const shown = await api.call("GET", path);
  expect(shown.json).toMatchObject({ title: "Sign the lease?", status: "pending", needsSignIn: true });
  expect((await api.call("GET", path)).json.status).toBe("pending");
  const decision = { body: { decision: "approve" } };
  expect((await api.call("POST", `${path}/decision`, decision)).status, "the link alone is not the person").toBe(401);
  const as = await api.token(api.home.users.approver);
  expect((await api.call("POST", `${path}/decision`, { ...decision, as })).json.status).toBe("decided");
});

test("a request to anyone mails all who may decide, nobody else, and no other organisation", async () => {
  const run = await ask({ title: "Anyone?", channels: ["email"], assignee: { kind: "anyone", id: null } });
  const { viewer: _viewer, ...deciders } = api.home.users;
  const expected = Object.values(deciders).map(({ email }) => email);
  expect((await settled(run)).map(({ recipient }) => recipient)).toEqual(expected.toSorted());
  const [mail] = await mails("Anyone?");
  const decided = await api.call("POST", `/approval-links/${tokenOf(mail)}/decision`, {
    body: { decision: "approve" },
  });
  expect(decided.json).toMatchObject({ status: "decided", decidedVia: "link" });
});

test("a request in the inbox alone mails nobody, and one handed on mails those who are asked then", async () => {
  const quiet = await ask({ title: "Quiet?" });
  const run = await ask({
    title: "Handed on?",
    channels: ["email"],
    assignee: { kind: "user", id: api.home.users.approver.email.toUpperCase() },
    // As long again once it is handed on: time enough on a busy machine for the mail to go before that is over, too.
    deadlineMs: 6_000,
    onTimeout: "escalate",
    escalateTo: { kind: "role", id: "admin" },
  });
  await until(
    "the second mail",
    () => mails("Handed on?"),
    (found) => JSON.stringify(found).includes(api.home.users.admin.email),
    40_000,
  );
  expect((await settled(run)).map(({ recipient }) => recipient)).toEqual(
    [api.home.users.admin.email, api.home.users.approver.email].toSorted(),
  );
  const { rows } = await api.pool.query(
    "select 1 from public.approval_notices n join public.approvals a on a.id = n.approval_id where a.run_id = $1",
    [quiet],
  );
  expect(rows).toEqual([]);
});
