"use client";

import { useEffect, useRef } from "react";
import type { EditorStore } from "../store/editor-store.ts";
import type { CheckTask } from "./problems-of.ts";
import { type Checker, workerChecker } from "./checker.ts";

const settleMs = 250;

/** Compiles the draft a moment after each change, in a thread of its own, and tells the store what was found. */
export function useChecked(editor: EditorStore, known: Known): void {
  const { credentials, agents } = known;
  const kept = useRef<KeptChecked | null>(null);
  useEffect(() => {
    const checker = workerChecker(() => new Worker(new URL("./check-worker.ts", import.meta.url), { type: "module" }));
    const keeping = keepChecked(editor, checker, (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    });
    kept.current = keeping;
    return () => {
      kept.current = null;
      keeping.stop();
    };
  }, [editor]);
  useEffect(() => kept.current?.know({ credentials, agents }), [credentials, agents]);
}

/** What there is in the organisation that steps can name. */
export type Known = Omit<CheckTask, "file">;

interface KeptChecked {
  /** Says what there is to be named; the draft is looked at again when that is news. */
  know(known: Known): void;
  stop(): void;
}

/** Checks a draft again whenever it changes. Never two files at once, and never an outdated answer for the last word. */
export function keepChecked(
  editor: EditorStore,
  checker: Checker,
  later: (ms: number, run: () => void) => () => void,
): KeptChecked {
  let cancel: (() => void) | null = null;
  let known: Known = { credentials: null, agents: null };
  let busy = false;
  let stale = true;
  let here = true;
  async function check(): Promise<void> {
    const { file, checked } = editor.state;
    if (busy || (file === checked && !stale)) return;
    busy = true;
    stale = false;
    const problems = await checker.check({ file, ...known });
    busy = false;
    if (!here) return;
    // Also when it changed meanwhile: what was wrong a moment ago is worth more than what was wrong before that.
    editor.found(file, problems);
    if (editor.state.file !== file || stale) wait();
  }
  function wait(): void {
    cancel?.();
    cancel = later(settleMs, () => void check());
  }
  wait();
  const stop = editor.store.subscribe((state, before) => {
    if (state.file !== before.file) wait();
  });
  return {
    know(next) {
      // Where something cannot be read again, what was known of it holds.
      const whole = { credentials: next.credentials ?? known.credentials, agents: next.agents ?? known.agents };
      if (JSON.stringify(whole) === JSON.stringify(known)) return;
      known = whole;
      stale = true;
      wait();
    },
    stop() {
      here = false;
      stop();
      cancel?.();
      checker.stop();
    },
  };
}
