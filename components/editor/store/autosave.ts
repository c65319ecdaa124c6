import { createStore, type StoreApi } from "zustand/vanilla";
import type { WorkflowFile } from "../../../engine/workflow/file.ts";

export interface StoredDraft {
  revision: number;
  file: WorkflowFile;
}

/** Thrown by a `DraftServer`. `refused` will not go better by itself; the others may. */
export class SaveFault extends Error {
  readonly kind: "conflict" | "offline" | "signed-out" | "refused";
  constructor(kind: SaveFault["kind"], message: string) {
    super(message);
    this.name = "SaveFault";
    this.kind = kind;
  }
}

/** Where drafts are kept for everybody. */
export interface DraftServer {
  /** Saves over the revision the draft was made from; gives the new revision. @throws SaveFault */
  save(draft: StoredDraft): Promise<number>;
  load(): Promise<StoredDraft>;
}

/** Where a draft is kept in this browser while it cannot be saved. */
export interface DraftDrawer {
  /** False when the browser has no room for it. */
  keep(draft: StoredDraft): boolean;
  read(): StoredDraft | null;
  clear(): void;
}

export type SaveStatus =
  | { kind: "saved"; at: number | null }
  | { kind: "waiting" }
  | { kind: "saving" }
  /** `kept` says whether this browser holds what could not be saved. */
  | { kind: "offline" | "signed-out" | "refused"; words: string; kept: boolean }
  | { kind: "conflict"; theirs: StoredDraft };

interface AutosaveOptions {
  server: DraftServer;
  drawer: DraftDrawer;
  revision: number;
  /** The file as it stands on the server now. */
  saved: WorkflowFile;
  /** Whether two files say the same. */
  same(a: WorkflowFile, b: WorkflowFile): boolean;
  /** Runs a function after ms; returns its cancellation. */
  later(ms: number, run: () => void): () => void;
  now(): number;
}

const settleMs = 800;
const retryMs = [2_000, 5_000, 10_000, 20_000, 30_000];

/**
 * Saves a draft a moment after the last change, over the revision it was made from and never over another. What cannot be saved is kept
 * in this browser and tried again.
 */
export class Autosave {
  readonly status: StoreApi<SaveStatus>;
  readonly #options: AutosaveOptions;
  #revision: number;
  #saved: WorkflowFile;
  #current: WorkflowFile;
  #cancel: (() => void) | null = null;
  #working: Promise<boolean> | null = null;
  #failures = 0;

  constructor(options: AutosaveOptions) {
    this.#options = options;
    this.#revision = options.revision;
    this.#saved = options.saved;
    this.#current = options.saved;
    this.status = createStore<SaveStatus>(() => ({ kind: "saved", at: null }));
  }

  get revision(): number {
    return this.#revision;
  }

  /** True while something stands on the screen that the server does not have. */
  get dirty(): boolean {
    return this.#current !== this.#saved;
  }

  /** The file changed. */
  changed(file: WorkflowFile): void {
    this.#current = file;
    const { kind } = this.status.getState();
    // Which of two versions holds is for a person to say, not for the next keystroke.
    if (kind === "conflict") return void this.#keep();
    if (!this.dirty) {
      this.#cancel?.();
      if (kind === "waiting") this.status.setState({ kind: "saved", at: this.#options.now() }, true);
      return;
    }
    if (kind !== "saving") this.#wait(settleMs);
  }

  #wait(ms: number): void {
    this.#cancel?.();
    const { kind } = this.status.getState();
    if (kind === "saved") this.status.setState({ kind: "waiting" }, true);
    else if (kind === "offline" || kind === "signed-out" || kind === "refused") this.#keep();
    this.#cancel = this.#options.later(ms, () => void this.flush());
  }

  /** Saves now what is not saved. Resolves when there is nothing left to save or it cannot be. True when all is saved. */
  async flush(): Promise<boolean> {
    this.#cancel?.();
    while (this.dirty && this.status.getState().kind !== "conflict") {
      this.#working ??= this.#save().finally(() => {
        this.#working = null;
      });
      if (!(await this.#working)) break;
    }
    return !this.dirty;
  }

  /** True when what it began with is saved. */
  async #save(): Promise<boolean> {
    const file = this.#current;
    this.status.setState({ kind: "saving" }, true);
    try {
      this.#revision = await this.#options.server.save({ revision: this.#revision, file });
      this.#saved = file;
      this.#failures = 0;
      this.#options.drawer.clear();
      this.status.setState({ kind: "saved", at: this.#options.now() }, true);
      if (this.dirty) this.#wait(settleMs);
      return true;
    } catch (thrown) {
      await this.#failed(thrown);
      return false;
    }
  }

  async #failed(thrown: unknown): Promise<void> {
    const fault =
      thrown instanceof SaveFault
        ? thrown
        : new SaveFault("offline", thrown instanceof Error ? thrown.message : "It could not be saved.");
    const kept = this.#keep();
    if (fault.kind === "conflict") {
      try {
        const theirs = await this.#options.server.load();
        // Our own save whose answer was lost, when a page was left in the middle of it: there is nothing to choose between.
        if (this.#options.same(theirs.file, this.#current)) return this.settle(theirs, this.#current);
        this.status.setState({ kind: "conflict", theirs }, true);
        return;
      } catch (problem) {
        const words = problem instanceof Error ? problem.message : "The other version could not be read.";
        this.status.setState({ kind: "offline", words, kept }, true);
      }
    } else this.status.setState({ kind: fault.kind, words: fault.message, kept }, true);
    if (fault.kind === "refused") return;
    this.#failures += 1;
    this.#cancel = this.#options.later(retryMs[Math.min(this.#failures, retryMs.length) - 1] ?? 30_000, () => {
      void this.flush();
    });
  }

  #keep(): boolean {
    return this.#options.drawer.keep({ revision: this.#revision, file: this.#current });
  }

  /** Ends a conflict: `file` is what shall stand, made on top of the other version. */
  settle(theirs: StoredDraft, file: WorkflowFile): void {
    this.#revision = theirs.revision;
    this.#current = file;
    this.#saved = this.#options.same(theirs.file, file) ? file : theirs.file;
    this.#options.drawer.clear();
    this.status.setState({ kind: "saved", at: this.#options.now() }, true);
    if (this.dirty) this.#wait(0);
  }

  /** Begins with a conflict, when what this browser kept and what the server has went different ways. */
  disagree(kept: WorkflowFile, theirs: StoredDraft): void {
    this.#current = kept;
    this.status.setState({ kind: "conflict", theirs }, true);
  }

  /** The network is back, or the person signed in again: tries at once. */
  wake(): void {
    const { kind } = this.status.getState();
    if (kind === "offline" || kind === "signed-out") void this.flush();
  }

  stop(): void {
    this.#cancel?.();
    if (this.dirty) this.#keep();
  }
}
