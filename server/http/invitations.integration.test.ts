import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, until, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi(["postgres", "redis", "supabase"]);
});
afterAll(() => api?.stop());

interface Person {
  id: string;
  email: string;
  token: string;
}

async function person(email = `new-${randomUUID().slice(0, 8)}@test.local`): Promise<Person> {
  const id = randomUUID();
  await api.pool.query("insert into auth.users (id, email) values ($1, $2)", [id, email]);
  return { id, email, token: await api.token({ id, email }) };
}

interface Mail {
  to: string[] | string;
  subject: string;
  text: string;
}

/** The links of all invitations that were mailed to an address, the latest last. */
async function links(email: string, count = 1): Promise<string[]> {
  const read = async (): Promise<string[]> => {
    const answer = await fetch(`${api.variables["BATON_MAILBOX_URL"]}/mailbox.json`);
    const { mails } = (await answer.json()) as { mails: Mail[] };
    return mails
      .filter(({ to }) => JSON.stringify(to).includes(email))
      .map(({ text }) => /\/invite\/([\w-]{43})/.exec(text)?.[1] ?? "")
      .toReversed();
  };
  return until(`the mail to ${email}`, read, (found) => found.length >= count);
}

const invite = (email: string, role = "builder", as = api.home.keys.owner) =>
  api.call("POST", "/invitations", { as, body: { email, role } });
const accept = (token: string, who: Person) =>
  api.call("POST", `/invitation-links/${token}/accept`, { as: who.token, body: {} });

test("an invitation arrives by mail, shows before it is accepted, and makes a member once", async () => {
  const guest = await person();
  const made = await invite(guest.email.toUpperCase());
  expect(made.status, made.text).toBe(201);
  expect(made.json).toMatchObject({ email: guest.email, role: "builder", sentAt: expect.any(String) });
  const [token = ""] = await links(guest.email);
  expect(made.text).not.toContain(token);
  const stored = await api.pool.query("select string_agg(i::text, '') as text from public.invitations i");
  expect(stored.rows[0].text).not.toContain(token);

  const shown = await api.call("GET", `/invitation-links/${token}`);
  expect(shown.json).toMatchObject({ organization: "Home", role: "builder", email: guest.email, state: "open" });
  expect((await api.call("GET", "/invitations", { as: api.home.keys.admin })).json.items).toHaveLength(1);

  const accepted = await accept(token, guest);
  expect(accepted.json).toEqual({ outcome: "accepted", organizationId: api.home.id, role: "builder" });
  expect((await api.call("GET", "/workflows", { as: guest.token })).status, "at once a member").toBe(200);
  expect((await api.call("GET", "/invitations", { as: api.home.keys.admin })).json.items).toEqual([]);
  expect([
    (await accept(token, guest)).status,
    (await api.call("GET", `/invitation-links/${token}`)).json.state,
  ]).toEqual([409, "used"]);
  expect((await invite(guest.email)).json.detail).toContain("is a member already");
});

test("two who accept at once make one member", async () => {
  const guest = await person();
  await invite(guest.email);
  const [token = ""] = await links(guest.email);
  const answers = await Promise.all(Array.from({ length: 8 }, () => accept(token, guest)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array<number>(7).fill(409)]);
});

test("another account, no account, a key and a forged link get nowhere", async () => {
  const guest = await person();
  const thief = await person();
  await invite(guest.email);
  const [token = ""] = await links(guest.email);
  const stolen = await accept(token, thief);
  expect([stolen.status, stolen.json.code]).toEqual([403, "FORBIDDEN"]);
  expect(stolen.text).not.toContain(guest.email);
  const path = `/invitation-links/${token}/accept`;
  expect((await api.call("POST", path, { body: {} })).status).toBe(401);
  expect((await api.call("POST", path, { as: api.foreign.keys.owner, body: {} })).status).toBe(401);
  for (const forged of ["x", "a".repeat(43), `${token}a`]) {
    expect((await accept(forged, guest)).status, forged).toBe(404);
    expect((await api.call("GET", `/invitation-links/${forged}`)).status, forged).toBe(404);
  }
  // The token's mail is not what counts but the account's: a token with a borrowed address is another's all the same.
  const borrowed = await api.token({ id: thief.id, email: guest.email });
  expect((await api.call("POST", path, { as: borrowed, body: {} })).status).toBe(403);
  expect((await accept(token, guest)).status).toBe(200);
});

test("a revoked link, an expired one and one that was sent again are dead", async () => {
  const revoked = await person();
  const first = (await invite(revoked.email)).json.id;
  const [one = ""] = await links(revoked.email);
  expect((await api.call("DELETE", `/invitations/${first}`, { as: api.home.keys.owner })).status).toBe(200);
  const refused = await accept(one, revoked);
  expect([refused.status, refused.json.detail]).toEqual([409, "This invitation was revoked. Ask for a new one."]);

  const late = await person();
  const { id } = (await invite(late.email)).json;
  await api.pool.query("update public.invitations set expires_at = now() - interval '1 second' where id = $1", [id]);
  const [two = ""] = await links(late.email);
  expect((await accept(two, late)).json.detail).toContain("expired");
  const again = await api.call("POST", `/invitations/${id}/resend`, { as: api.home.keys.owner, body: {} });
  expect(again.status, again.text).toBe(200);
  const [, three = ""] = await links(late.email, 2);
  expect((await accept(two, late)).status).toBe(404);
  expect((await accept(three, late)).status).toBe(200);
});

test("nobody invites above themselves, and an inviter who left leaves no door open", async () => {
  expect((await invite("boss@test.local", "owner", api.home.keys.admin)).status).toBe(403);
  expect((await invite("any@test.local", "viewer", api.home.keys.builder)).status).toBe(403);
  const asOwner = (await invite("boss@test.local", "owner")).json.id;
  const raised = await api.call("POST", `/invitations/${asOwner}/resend`, { as: api.home.keys.admin, body: {} });
  expect(raised.status, "an admin cannot send an owner's invitation again").toBe(403);

  const admin = await person();
  await api.pool.query("insert into public.memberships (org_id, user_id, role) values ($1, $2, 'admin')", [
    api.home.id,
    admin.id,
  ]);
  const friend = await person();
  expect((await invite(friend.email, "admin", admin.token)).status).toBe(201);
  const [token = ""] = await links(friend.email);
  await api.pool.query("delete from public.memberships where user_id = $1", [admin.id]);
  const refused = await accept(token, friend);
  expect([refused.status, refused.json.detail]).toEqual([
    409,
    "Who sent this invitation may not invite any more. Ask for a new one.",
  ]);
});

test("other organisations neither see, send nor revoke it; bad input is told", async () => {
  const { id } = (await invite("here@test.local")).json;
  const as = api.foreign.keys.owner;
  expect((await api.call("GET", "/invitations", { as })).json.items).toEqual([]);
  expect((await api.call("DELETE", `/invitations/${id}`, { as })).status).toBe(404);
  expect((await api.call("POST", `/invitations/${id}/resend`, { as, body: {} })).status).toBe(404);
  expect((await invite("here@test.local")).json.detail).toContain("invited already");
  for (const email of ["", "a", "a@b@c.de", "a@b.de, c@d.de", "a@b.de\r\nBcc: x@y.z"]) {
    expect((await invite(email)).status, email).toBe(422);
  }
});

test("whoever is a member may leave, but not the last owner, and no key can", async () => {
  const guest = await person();
  await invite(guest.email, "viewer");
  const [token = ""] = await links(guest.email);
  await accept(token, guest);
  expect((await api.call("POST", "/organization/leave", { as: guest.token, body: {} })).json).toEqual({ left: true });
  expect((await api.call("GET", "/workflows", { as: guest.token })).status).toBe(403);
  const owner = await api.token(api.home.users.owner);
  const refused = await api.call("POST", "/organization/leave", { as: owner, body: {} });
  expect([refused.status, refused.json.detail]).toEqual([
    409,
    "You are the last owner. Make another member an owner first, then leave.",
  ]);
  const key = await api.call("POST", "/organization/leave", { as: api.home.keys.viewer, body: {} });
  expect(key.status).toBe(401);
});
