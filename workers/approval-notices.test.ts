import { afterEach, expect, test } from "vitest";
import { createLinkSigner } from "../adapters/links/link-signer.ts";
import { BatonError } from "../engine/errors.ts";
import { startNotifier, type Notice, type Notifier } from "./approval-notices.ts";

const now = () => Date.parse("2026-03-01T12:00:00Z");
const links = createLinkSigner(["a master secret of thirty-two characters"], now);
const notice: Notice = {
  id: "00000000-0000-4000-8000-000000000001",
  channel: "email",
  recipient: "ada@test.local",
  attempts: 1,
  orgId: "00000000-0000-4000-8000-00000000000a",
  approvalId: "00000000-0000-4000-8000-00000000000b",
  organization: "Acme",
  workflow: "Crane",
  title: "Buy it?\r\nBcc: evil@test.local",
  description: "<img src=x onerror=alert(1)>",
  recommendation: null,
  urgency: "high",
  deadlineAt: now() + 3_600_000,
  options: [{ id: "approve", label: "Approve", kind: "approve" }],
  needsForm: false,
};

const started: Notifier[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.close()));
});

function notifier(due: Notice[], fail: (() => Error) | null = null) {
  const sent: Parameters<Parameters<typeof startNotifier>[0]["mails"]["send"]>[0][] = [];
  const marks: unknown[] = [];
  const made = startNotifier({
    notices: {
      claim: async () => due.splice(0),
      sent: async (id) => void marks.push(["sent", id]),
      failed: async (id, _error, final) => void marks.push(["failed", id, final]),
    },
    mails: {
      async send(mail) {
        if (fail !== null) throw fail();
        sent.push(mail);
      },
    },
    slack: null,
    links,
    publicUrl: "https://baton.test",
    now,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    everyMs: 3_600_000,
  });
  started.push(made);
  return { made, sent, marks };
}

test("a mail names the request on one line, escapes what people wrote, and links until the deadline", async () => {
  const { made, sent, marks } = notifier([notice]);
  await made.notify();
  expect(marks).toEqual([["sent", notice.id]]);
  expect(sent[0]).toMatchObject({ to: "ada@test.local", subject: "[high] Buy it? Bcc: evil@test.local" });
  expect(sent[0]!.html).not.toContain("<img");
  expect(sent[0]!.messageId).toBe(`<approval.${notice.id}@baton.invalid>`);
  const token = /https:\/\/baton\.test\/a\/([\w-]{100})/.exec(sent[0]!.text)?.[1];
  expect(links.open(token)).toEqual({
    approvalId: notice.approvalId,
    orgId: notice.orgId,
    expiresAt: notice.deadlineAt,
  });
});

test("a server that is away is tried again, one that refuses is not, and at some point it is enough", async () => {
  const away = () => new BatonError("SERVICE_UNAVAILABLE", "away");
  const refused = () => new BatonError("SERVICE_UNAVAILABLE", "no such mailbox", { retryable: false });
  for (const [error, attempts, final] of [
    [away, 1, false],
    [away, 12, true],
    [refused, 1, true],
  ] as const) {
    const { made, marks } = notifier([{ ...notice, attempts }], error);
    await made.notify();
    expect(marks).toEqual([["failed", notice.id, final]]);
  }
});

test("a database that is away ends nothing", async () => {
  const { made, marks } = notifier([notice], () => new Error("connection lost"));
  await made.notify();
  expect(marks).toEqual([]);
});
