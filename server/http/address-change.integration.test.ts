import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, until, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi(["postgres", "redis", "supabase"]);
});
afterAll(() => api?.stop());

function newClient() {
  return createClient(api.variables["SUPABASE_URL"] ?? "", api.variables["SUPABASE_PUBLISHABLE_KEY"] ?? "", {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

/** The link in the mail to an address about its change. */
async function linkTo(email: string): Promise<string> {
  const read = async () => {
    const answer = await fetch(`${api.variables["BATON_MAILBOX_URL"]}/mailbox.json`);
    const { mails } = (await answer.json()) as { mails: { to: unknown; text: string }[] };
    const mail = mails.find(({ to }) => JSON.stringify(to).includes(email));
    return /https?:\/\/\S*email_change\S*/.exec(mail?.text ?? "")?.[0] ?? null;
  };
  return (await until(`the mail to ${email}`, read, (link) => link !== null)) ?? "";
}

test("a new address counts once its owner agreed, and colleagues and invitations follow it", async () => {
  const [before, after, password] = ["old@change.test", "new@change.test", "quite-a-long-password"];
  const client = newClient();
  const signedUp = await client.auth.signUp({ email: before, password, options: { data: { name: " Ada " } } });
  const id = signedUp.data.user?.id;
  const { rows } = await api.pool.query("select name from public.profiles where id = $1", [id]);
  expect(rows, "colleagues see the name that was given").toEqual([{ name: "Ada" }]);
  const asked = await client.auth.updateUser({ email: after });
  expect(asked.error).toBeNull();
  const addressOf = async () =>
    (await api.pool.query("select email from public.profiles where id = $1", [id])).rows[0].email;

  const link = await linkTo(after);
  expect(await addressOf(), "until the new address has agreed").toBe(before);
  const opened = await fetch(link, { redirect: "manual" });
  expect(opened.status, await opened.text()).toBeLessThan(400);
  expect(await addressOf()).toBe(after);
  expect((await newClient().auth.signInWithPassword({ email: after, password })).error).toBeNull();
  expect((await newClient().auth.signInWithPassword({ email: before, password })).error).not.toBeNull();
});
