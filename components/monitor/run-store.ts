import { createStore, type StoreApi } from "zustand/vanilla";
import type { RunEvent } from "../../engine/run/event.ts";
import type { Projection, RunView } from "../../engine/run/projection.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { RunHistory } from "./screen/history.ts";
import type { Announcement, JournalSource, TextPiece } from "./journal-source.ts";

export interface RunState {
  /** The whole journal as far as it was read, without a gap. */
  events: readonly RunEvent[];
  view: RunView;
  /** `reading` until the first reading is over; `lost` while what is shown may be behind. */
  /** `joining`: the journal is read, and the channel has not said yet whether it is open. */
  connection: "reading" | "joining" | "live" | "lost";
  /** Words for what keeps the journal from being read, else null. */
  problem: string | null;
  /** Streamed text by `textKey(step, attempt)`. */
  texts: ReadonlyMap<string, string>;
}

export interface FollowerOptions {
  plan: Plan;
  projection: Projection;
  source: JournalSource;
  /** Puts off drawing to the next frame; the tests draw at once. */
  nextFrame(draw: () => void): void;
  /** Runs a function after ms; returns its cancellation. */
  later(ms: number, run: () => void): () => void;
}

const pageSize = 1_000;
/** What a long journal is asked for at once; the source reads it in pages side by side. */
const longRead = 4 * pageSize;
/** A message that is lost on a socket which stays open would leave the page behind for ever, so it looks by itself as well. */
const checkEveryMs = 15_000;
const retryMs = [500, 1_000, 2_000, 4_000, 8_000];
const keptText = 200_000;

/** Where the streamed text of one attempt stands in `texts`. */
export function textKey(step: string, attempt: number): string {
  return `${step}#${attempt}`;
}

/**
 * Follows a run: reads its journal, then folds in what is announced. Only the next event is ever folded; at a gap the journal is read, so
 * what is on the screen is a prefix of the journal and never something else.
 */
export class RunFollower {
  readonly store: StoreApi<RunState>;
  /** What each event did, for going back. */
  readonly history: RunHistory;
  readonly #options: FollowerOptions;
  readonly #events: RunEvent[] = [];
  readonly #texts = new Map<string, string>();
  #following = false;
  #drawing = false;
  #reading = false;
  #readAgain = false;
  /** Null until the channel has said something. */
  #connected: boolean | null = null;
  #failures = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.history = new RunHistory(options.plan);
    this.store = createStore<RunState>(() => ({
      events: [],
      view: options.projection.view(),
      connection: "reading",
      problem: null,
      texts: new Map(),
    }));
  }

  /** Begins to read and listen, until the returned function is called; it may begin again afterwards. */
  start(): () => void {
    this.#following = true;
    const stopListening = this.#options.source.listen({
      announced: (batch) => this.#announced(batch),
      text: (piece) => this.#text(piece),
      connection: (state) => this.#connection(state === "live"),
    });
    this.wake();
    return () => {
      this.#following = false;
      this.#cancelTimer?.();
      stopListening();
    };
  }

  /** Reads what is new, now: the tab woke, the network is back. */
  wake(): void {
    void this.#catchUp();
  }

  /** The browser knows that the network is gone, long before the socket notices. */
  lost(): void {
    this.store.setState({ connection: "lost" });
  }

  #announced(batch: Announcement): void {
    if (!this.#following || batch.to <= this.#options.projection.seq) return;
    // While a reading is under way its pages and this batch could interleave; the reading goes on instead.
    if (this.#reading || batch.events === null || !this.#tryFold(batch.events)) this.wake();
  }

  #text({ step, attempt, text }: TextPiece): void {
    const key = textKey(step, attempt);
    this.#texts.set(key, ((this.#texts.get(key) ?? "") + text).slice(-keptText));
    this.#draw();
  }

  #connection(connected: boolean): void {
    this.#connected = connected;
    if (!this.#following) return;
    if (connected) this.wake();
    else if (this.store.getState().connection !== "reading") this.store.setState({ connection: "lost" });
  }

  /** A thousand events a second are one drawing a frame. */
  #draw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    this.#options.nextFrame(() => {
      this.#drawing = false;
      if (!this.#following) return;
      const texts = new Map(this.#texts);
      // Words of a model come far more often than events: with them nothing but the words is new.
      if (this.store.getState().view.seq === this.#options.projection.seq) this.store.setState({ texts });
      else this.store.setState({ events: this.#events.slice(), view: this.#options.projection.view(), texts });
    });
  }

  /** Folds in the events that come next. False when there is a gap before one. */
  #fold(batch: readonly RunEvent[]): boolean {
    const { projection } = this.#options;
    for (const event of batch) {
      if (event.seq <= projection.seq) continue;
      if (event.seq !== projection.seq + 1) return false;
      const changes = projection.apply(event);
      this.history.note(event, projection.facts(), changes);
      this.#events.push(event);
      if (event.type === "step-completed") this.#texts.delete(textKey(event.step, event.attempt));
    }
    this.#draw();
    return true;
  }

  /** For what came by the channel: a batch that cannot be folded is read from the journal, which then says what is wrong. */
  #tryFold(batch: readonly RunEvent[]): boolean {
    try {
      return this.#fold(batch);
    } catch (thrown) {
      this.store.setState({ problem: words(thrown) });
      return false;
    }
  }

  async #catchUp(): Promise<void> {
    if (this.#reading) {
      this.#readAgain = true;
      return;
    }
    this.#reading = true;
    const { projection, source } = this.#options;
    try {
      let page: RunEvent[];
      let limit = pageSize;
      let isFull: boolean;
      do {
        this.#readAgain = false;
        page = await source.read(projection.seq, limit);
        if (!this.#following) return;
        if (!this.#fold(page)) throw new Error("The journal was read with a gap in it.");
        isFull = page.length >= limit;
        limit = longRead;
      } while (isFull || this.#readAgain);
      this.#failures = 0;
      const connection = this.#connected === null ? "joining" : this.#connected ? "live" : "lost";
      this.store.setState({ connection, problem: null });
      // An ended run changes only by a retry, which is announced like everything else.
      this.#schedule(isRunEnded(projection.view().status) ? checkEveryMs * 4 : checkEveryMs);
    } catch (thrown) {
      this.#failures += 1;
      this.store.setState({ connection: "lost", problem: words(thrown) });
      this.#schedule(retryMs[Math.min(this.#failures, retryMs.length) - 1] ?? checkEveryMs);
    } finally {
      this.#reading = false;
    }
  }

  #schedule(ms: number): void {
    this.#cancelTimer?.();
    if (this.#following) this.#cancelTimer = this.#options.later(ms, () => this.wake());
  }
}

function words(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : "The journal cannot be read.";
}
