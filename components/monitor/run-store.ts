import { createStore, type StoreApi } from "zustand/vanilla";
import type { RunEvent } from "../../engine/run/event.ts";
import type { Projection, RunView } from "../../engine/run/projection.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import type { JournalListener, JournalSource } from "./journal-source.ts";

export interface RunState {
  /** The whole journal as far as it was read, without a gap. */
  events: readonly RunEvent[];
  view: RunView;
  /** `reading` until the first reading is over; `lost` while what is shown may be behind. */
  connection: "reading" | "live" | "lost";
  /** Words for what keeps the journal from being read, else null. */
  problem: string | null;
  /** Streamed text by `textKey(step, attempt)`. */
  texts: ReadonlyMap<string, string>;
}

export interface RunFollower {
  store: StoreApi<RunState>;
  /** Begins to read and listen, until the returned function is called; it may begin again afterwards. */
  start(): () => void;
  /** Reads what is new, now: the tab woke, the network is back. */
  wake(): void;
}

interface Options {
  projection: Projection;
  source: JournalSource;
  /** Puts off drawing to the next frame; the tests draw at once. */
  nextFrame(draw: () => void): void;
  /** Runs a function after ms; returns its cancellation. */
  later(ms: number, run: () => void): () => void;
}

const pageSize = 1_000;
/** A message that is lost on a socket which stays open would leave the page behind for ever, so it looks by itself as well. */
const checkEveryMs = 15_000;
const retryMs = [500, 1_000, 2_000, 4_000, 8_000];
const keptText = 200_000;

export function textKey(step: string, attempt: number): string {
  return `${step}#${attempt}`;
}

/**
 * Follows a run: reads its journal, then folds in what is announced. Only the next event is ever folded; at a gap the journal is read, so
 * what is on the screen is a prefix of the journal and never something else.
 */
export function followRun({ projection, source, nextFrame, later }: Options): RunFollower {
  const events: RunEvent[] = [];
  const texts = new Map<string, string>();
  const store = createStore<RunState>(() => ({
    events: [],
    view: projection.view(),
    connection: "reading",
    problem: null,
    texts: new Map(),
  }));
  let stopped = true;
  let drawing = false;
  let reading = false;
  let readAgain = false;
  let failures = 0;
  let connected = false;
  let cancelTimer: (() => void) | null = null;

  // A thousand events a second are one drawing a frame.
  function draw() {
    if (drawing) return;
    drawing = true;
    nextFrame(() => {
      drawing = false;
      if (!stopped) store.setState({ events: events.slice(), view: projection.view(), texts: new Map(texts) });
    });
  }

  /** Folds in the events that come next. False when there is a gap before one. */
  function fold(batch: readonly RunEvent[]): boolean {
    for (const event of batch) {
      if (event.seq <= projection.seq) continue;
      if (event.seq !== projection.seq + 1) return false;
      projection.apply(event);
      events.push(event);
      if ("step" in event && event.type === "step-completed") texts.delete(textKey(event.step, event.attempt));
    }
    draw();
    return true;
  }

  /** For what came by the channel: a batch that cannot be folded is read from the journal, which then says what is wrong. */
  function tryFold(batch: readonly RunEvent[]): boolean {
    try {
      return fold(batch);
    } catch (thrown) {
      store.setState({ problem: words(thrown) });
      return false;
    }
  }

  async function catchUp() {
    if (reading) {
      readAgain = true;
      return;
    }
    reading = true;
    try {
      let page: RunEvent[];
      do {
        readAgain = false;
        page = await source.read(projection.seq, pageSize);
        if (stopped) return;
        if (!fold(page)) throw new Error("The journal was read with a gap in it.");
      } while (page.length >= pageSize || readAgain);
      failures = 0;
      store.setState({ connection: connected ? "live" : "lost", problem: null });
      schedule(isRunEnded(projection.view().status) ? checkEveryMs * 4 : checkEveryMs);
    } catch (thrown) {
      failures += 1;
      store.setState({ connection: "lost", problem: words(thrown) });
      schedule(retryMs[Math.min(failures, retryMs.length) - 1] ?? checkEveryMs);
    } finally {
      reading = false;
    }
  }

  function schedule(ms: number) {
    cancelTimer?.();
    if (!stopped) cancelTimer = later(ms, () => void catchUp());
  }

  const listener: JournalListener = {
    announced(batch) {
      if (stopped || batch.to <= projection.seq) return;
      // While a reading is under way its pages and this batch could interleave; the reading goes on instead.
      if (reading || batch.events === null || !tryFold(batch.events)) void catchUp();
    },
    text({ step, attempt, text }) {
      const key = textKey(step, attempt);
      texts.set(key, ((texts.get(key) ?? "") + text).slice(-keptText));
      draw();
    },
    connection(state) {
      connected = state === "live";
      if (stopped) return;
      if (connected) void catchUp();
      else if (store.getState().connection === "live") store.setState({ connection: "lost" });
    },
  };

  return {
    store,
    wake: () => void catchUp(),
    start() {
      stopped = false;
      const stopListening = source.listen(listener);
      void catchUp();
      return () => {
        stopped = true;
        cancelTimer?.();
        stopListening();
      };
    },
  };
}

function words(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : "The journal cannot be read.";
}
