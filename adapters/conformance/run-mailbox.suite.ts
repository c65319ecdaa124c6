import { describe, expect, test, vi } from "vitest";
import type { Lease, MailEntry, RunMailbox } from "../../engine/ports/run-mailbox.ts";
import { emptyState } from "../../engine/run/fold.ts";
import type { RunState } from "../../engine/run/state.ts";

export interface MailboxUnderTest {
  mailbox: RunMailbox;
  /** A run id that no test has used. */
  newRunId(): string;
}

const entry = (id: string): MailEntry => ({ id, input: { type: "timer", key: id } });
const ids = (entries: MailEntry[] | null | undefined): string[] | null => entries?.map(({ id }) => id) ?? null;
/** Takes the lease of a run as soon as whoever has it loses it. */
const takeOver = (mailbox: RunMailbox, run: string): Promise<Lease> =>
  vi.waitFor(
    async () => {
      const lease = await mailbox.deliver(run, [], 60_000);
      if (lease === null) throw new Error("The lease is still held.");
      return lease;
    },
    { interval: 10, timeout: 20_000 },
  );
const stateAt = (runId: string, seq: number): RunState => ({ ...emptyState(runId), seq, status: "running" });

/** What every mailbox keeps: one holder at a time, nothing lost between two hands, no older state over a newer one. */
export function runMailboxSuite(name: string, under: () => MailboxUnderTest): void {
  describe(`${name}: mailbox of runs`, () => {
    test("the first to deliver gets the lease and the entries, the next one neither", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      const lease = await mailbox.deliver(run, [entry("a"), entry("b")], 60_000);
      expect(lease).toMatchObject({ runId: run, state: null });
      expect(ids(lease?.entries)).toEqual(["a", "b"]);
      expect(await mailbox.deliver(run, [entry("c")], 60_000)).toBeNull();
      expect(ids(await mailbox.settle(lease!, null, 60_000))).toEqual(["c"]);
      expect(await mailbox.settle(lease!, null, 60_000)).toEqual([]);
      expect(await mailbox.deliver(run, [], 60_000)).not.toBeNull();
    });

    test("an entry keeps all of its fields", async () => {
      const { mailbox, newRunId } = under();
      const full: MailEntry = {
        id: "x",
        input: { type: "succeeded", step: "a.0.b", attempt: 2, outcome: { output: { text: 'ä\u2028"' } } },
        signal: 7,
        replyTo: "worker-1",
      };
      expect((await mailbox.deliver(newRunId(), [full], 60_000))?.entries).toEqual([full]);
    });

    test("what is posted waits for whoever comes next", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      await mailbox.post(run, [entry("a")]);
      await mailbox.post(run, [entry("b")]);
      expect(ids((await mailbox.deliver(run, [entry("c")], 60_000))?.entries)).toEqual(["a", "b", "c"]);
    });

    test("of fifty that deliver at once one gets the lease, and no entry is lost or doubled", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      const names = Array.from({ length: 50 }, (_, index) => `e${index}`);
      const leases = await Promise.all(names.map((each) => mailbox.deliver(run, [entry(each)], 60_000)));
      const [lease, ...others] = leases.filter((each) => each !== null);
      expect(others).toEqual([]);
      const seen = [...lease!.entries, ...(await mailbox.settle(lease!, null, 60_000))!];
      expect(ids(seen)?.toSorted()).toEqual(names.toSorted());
    });

    test("the state is kept for the next holder, and an older one never replaces it", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      const first = await mailbox.deliver(run, [], 60_000);
      await mailbox.settle(first!, stateAt(run, 5), 60_000);
      const second = await mailbox.deliver(run, [], 60_000);
      expect(second?.state).toEqual(stateAt(run, 5));
      await mailbox.settle(second!, stateAt(run, 3), 60_000);
      const third = await mailbox.deliver(run, [], 60_000);
      expect(third?.state?.seq).toBe(5);
      await mailbox.settle(third!, null, 60_000);
      expect((await mailbox.deliver(run, [], 60_000))?.state?.seq).toBe(5);
    });

    test("a state that was dropped may be followed by an older one", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      const first = await mailbox.deliver(run, [], 60_000);
      await mailbox.settle(first!, stateAt(run, 5), 60_000);
      const second = await mailbox.deliver(run, [], 60_000);
      await mailbox.forgetState(run);
      await mailbox.settle(second!, stateAt(run, 3), 60_000);
      expect((await mailbox.deliver(run, [], 60_000))?.state?.seq).toBe(3);
    });

    test("an ended run leaves no state behind", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      const first = await mailbox.deliver(run, [], 60_000);
      await mailbox.settle(first!, stateAt(run, 5), 60_000);
      const second = await mailbox.deliver(run, [], 60_000);
      await mailbox.settle(second!, { ...stateAt(run, 6), status: "completed" }, 60_000);
      expect((await mailbox.deliver(run, [], 60_000))?.state).toBeNull();
    });

    test("a lease that ended is another's, and its holder is told", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      const slow = await mailbox.deliver(run, [entry("a")], 30);
      await mailbox.post(run, [entry("b")]);
      const quick = await takeOver(mailbox, run);
      expect(ids(quick.entries)).toEqual(["b"]);
      expect(await mailbox.settle(slow!, stateAt(run, 9), 60_000)).toBeNull();
      expect(await mailbox.renew([slow!], 60_000)).toEqual(["lost"]);
      expect(await mailbox.take(slow!, 60_000)).toBeNull();
      expect(await mailbox.renew([quick], 60_000)).toEqual(["held"]);
      expect(await mailbox.settle(quick, null, 60_000)).toEqual([]);
      expect((await mailbox.deliver(run, [], 60_000))?.state).toBeNull();
    });

    test("who comes after a holder that did not let go is told so, and nobody else is", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      const first = await mailbox.deliver(run, [], 30);
      expect(first?.abandoned).toBe(false);
      const second = await takeOver(mailbox, run);
      expect(second.abandoned).toBe(true);
      await mailbox.settle(second, stateAt(run, 3), 60_000);
      const third = await mailbox.deliver(run, [], 60_000);
      expect(third?.abandoned).toBe(false);
      await mailbox.abandon(third!, []);
      expect((await mailbox.deliver(run, [], 60_000))?.abandoned).toBe(true);
    });

    test("renewing prolongs the lease", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      const lease = await mailbox.deliver(run, [], 50);
      expect(await mailbox.renew([lease!], 60_000)).toEqual(["held"]);
      // Another lease of the same length, not renewed, tells when the time is over.
      const measure = newRunId();
      await mailbox.deliver(measure, [], 50);
      await takeOver(mailbox, measure);
      expect(await mailbox.deliver(run, [], 60_000)).toBeNull();
    });

    test("a holder can take what came in without letting go", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      const lease = await mailbox.deliver(run, [], 60_000);
      expect(await mailbox.take(lease!, 60_000)).toEqual([]);
      await mailbox.post(run, [entry("a")]);
      expect(ids(await mailbox.take(lease!, 60_000))).toEqual(["a"]);
      expect(await mailbox.deliver(run, [], 60_000)).toBeNull();
    });

    test("many leases are prolonged at once, and each tells what became of it", async () => {
      const { mailbox, newRunId } = under();
      const [held, mailed, lost] = [newRunId(), newRunId(), newRunId()];
      const leases = await Promise.all([held, mailed, lost].map((run) => mailbox.deliver(run, [], 60_000)));
      await mailbox.post(mailed, [entry("a")]);
      await mailbox.forget(lost);
      expect(
        await mailbox.renew(
          leases.map((lease) => lease!),
          60_000,
        ),
      ).toEqual(["held", "mail", "lost"]);
      expect(await mailbox.renew([], 60_000)).toEqual([]);
    });

    test("who holds a run hears that another delivered something for it", async () => {
      const { mailbox, newRunId } = under();
      const [run, quiet] = [newRunId(), newRunId()];
      const heard: string[] = [];
      const stop = mailbox.onMail((each) => heard.push(each));
      await mailbox.deliver(run, [], 60_000);
      await mailbox.deliver(quiet, [], 60_000);
      await mailbox.deliver(quiet, [], 60_000);
      // A listener is subscribed some moments after it asked.
      await vi.waitFor(
        async () => {
          expect(await mailbox.deliver(run, [entry("a")], 60_000)).toBeNull();
          expect(heard).toContain(run);
        },
        { interval: 20, timeout: 60_000 },
      );
      expect(heard).not.toContain(quiet);
      stop();
    });

    test("who cannot go on puts the entries back, first in line", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      const lease = await mailbox.deliver(run, [entry("a"), entry("b")], 60_000);
      await mailbox.post(run, [entry("c")]);
      await mailbox.abandon(lease!, lease!.entries);
      expect(ids((await mailbox.deliver(run, [], 60_000))?.entries)).toEqual(["a", "b", "c"]);
    });

    test("giving up a lost lease does not take it from the next holder", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      const slow = await mailbox.deliver(run, [entry("a")], 30);
      const quick = await takeOver(mailbox, run);
      await mailbox.abandon(slow!, slow!.entries);
      expect(await mailbox.deliver(run, [], 60_000)).toBeNull();
      expect(ids(await mailbox.settle(quick, null, 60_000))).toEqual(["a"]);
    });

    test("a forgotten run is as if it had never been", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      await mailbox.deliver(run, [entry("a")], 60_000);
      await mailbox.post(run, [entry("b")]);
      await mailbox.forget(run);
      expect(await mailbox.deliver(run, [], 60_000)).toMatchObject({ state: null, entries: [] });
    });

    test("runs do not see each other", async () => {
      const { mailbox, newRunId } = under();
      const [one, other] = [newRunId(), newRunId()];
      expect(await mailbox.deliver(one, [entry("a")], 60_000)).not.toBeNull();
      expect(ids((await mailbox.deliver(other, [entry("b")], 60_000))?.entries)).toEqual(["b"]);
    });

    test("a state beyond 32 MB is refused by name, and the lease stays", async () => {
      const { mailbox, newRunId } = under();
      const run = newRunId();
      const lease = await mailbox.deliver(run, [], 60_000);
      const huge = { ...stateAt(run, 2), vars: { text: "x".repeat(33 * 1024 * 1024) } };
      await expect(mailbox.settle(lease!, huge, 60_000)).rejects.toMatchObject({ code: "STATE_TOO_LARGE" });
      expect(await mailbox.renew([lease!], 60_000)).toEqual(["held"]);
    });
  });
}
