import { describe, expect, test } from "vitest";
import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { Autosave, type DraftServer, SaveFault, type StoredDraft } from "./autosave.ts";
import { fileOf } from "./testing.ts";

const first = fileOf([]);
const named = (name: string): WorkflowFile => ({ ...first, name });

/** A server that holds one draft, and timers that run when the test says so. */
function stage() {
  const stored: StoredDraft = { revision: 1, file: first };
  const drawer: { kept: StoredDraft | null } = { kept: null };
  const fault: { next: SaveFault["kind"] | null } = { next: null };
  let timers: (() => void)[] = [];
  const saves: StoredDraft[] = [];
  const server: DraftServer = {
    save(draft) {
      if (fault.next !== null) return Promise.reject(new SaveFault(fault.next, "no"));
      if (draft.revision !== stored.revision) return Promise.reject(new SaveFault("conflict", "changed"));
      saves.push(draft);
      stored.revision += 1;
      stored.file = draft.file;
      return Promise.resolve(stored.revision);
    },
    load: () => Promise.resolve({ ...stored }),
  };
  const autosave = new Autosave({
    server,
    drawer: {
      keep(draft) {
        drawer.kept = draft;
        return true;
      },
      read: () => drawer.kept,
      clear() {
        drawer.kept = null;
      },
    },
    revision: 1,
    saved: first,
    same: (a, b) => a.name === b.name,
    later(_ms, run) {
      timers.push(run);
      return () => {
        timers = timers.filter((each) => each !== run);
      };
    },
    now: () => 7,
  });
  return {
    autosave,
    stored,
    drawer,
    fault,
    saves,
    waiting: () => timers.length,
    kind: () => autosave.status.getState().kind,
    async tick() {
      const due = timers;
      timers = [];
      for (const run of due) run();
      await autosave.flush();
    },
  };
}

describe("autosave", () => {
  test("saves the last of several changes once, over the revision it came from", async () => {
    const { autosave, saves, tick, kind, waiting } = stage();
    autosave.changed(named("a"));
    autosave.changed(named("ab"));
    expect(kind()).toBe("waiting");
    expect(waiting()).toBe(1);
    await tick();
    expect(saves.map(({ revision, file }) => [revision, file.name])).toEqual([[1, "ab"]]);
    expect(autosave.status.getState()).toEqual({ kind: "saved", at: 7 });
    expect(autosave.dirty).toBe(false);
  });

  test("saves what was changed while it was saving", async () => {
    const { autosave, saves } = stage();
    autosave.changed(named("a"));
    const flushed = autosave.flush();
    autosave.changed(named("b"));
    expect(await flushed).toBe(true);
    expect(saves.map(({ file }) => file.name)).toEqual(["a", "b"]);
  });

  test("keeps here what cannot be saved, and tries again", async () => {
    const { autosave, drawer, fault, kind, waiting, saves } = stage();
    fault.next = "offline";
    autosave.changed(named("a"));
    expect(await autosave.flush()).toBe(false);
    expect(kind()).toBe("offline");
    expect(drawer.kept?.file.name).toBe("a");
    autosave.changed(named("ab"));
    expect(drawer.kept?.file.name).toBe("ab");
    expect(waiting()).toBeGreaterThan(0);
    fault.next = null;
    autosave.wake();
    await autosave.flush();
    expect(saves.map(({ file }) => file.name)).toEqual(["ab"]);
    expect(drawer.kept).toBeNull();
    expect(kind()).toBe("saved");
  });

  test("does not repeat what was refused until something changes", async () => {
    const { autosave, fault, waiting, kind } = stage();
    fault.next = "refused";
    autosave.changed(named("a"));
    await autosave.flush();
    expect(kind()).toBe("refused");
    expect(waiting()).toBe(0);
    fault.next = null;
    autosave.changed(named("b"));
    await autosave.flush();
    expect(kind()).toBe("saved");
  });

  test("never overwrites another's change: both are there until a person says", async () => {
    const { autosave, stored, drawer, kind, tick } = stage();
    stored.revision = 5;
    stored.file = named("theirs");
    autosave.changed(named("mine"));
    expect(await autosave.flush()).toBe(false);
    expect(kind()).toBe("conflict");
    autosave.changed(named("mine, more"));
    await tick();
    expect(stored.file.name).toBe("theirs");
    expect(drawer.kept?.file.name).toBe("mine, more");
    autosave.settle({ revision: 5, file: stored.file }, named("mine, more"));
    await autosave.flush();
    expect(stored).toEqual({ revision: 6, file: named("mine, more") });
  });

  test("its own save whose answer was lost is no conflict", async () => {
    const { autosave, stored, kind, drawer } = stage();
    stored.revision = 2;
    stored.file = named("mine");
    autosave.changed(named("mine"));
    await autosave.flush();
    expect(kind()).toBe("saved");
    expect(autosave.dirty).toBe(false);
    expect(drawer.kept).toBeNull();
    autosave.changed(named("more"));
    await autosave.flush();
    expect(stored).toEqual({ revision: 3, file: named("more") });
  });

  test("taking theirs saves nothing", async () => {
    const { autosave, stored, saves } = stage();
    stored.revision = 2;
    stored.file = named("theirs");
    autosave.changed(named("mine"));
    await autosave.flush();
    autosave.settle({ revision: 2, file: stored.file }, stored.file);
    expect(autosave.dirty).toBe(false);
    expect(saves).toEqual([]);
  });

  test("keeps what is unsaved when the page goes", () => {
    const { autosave, drawer } = stage();
    autosave.changed(named("a"));
    autosave.stop();
    expect(drawer.kept?.file.name).toBe("a");
  });
});
