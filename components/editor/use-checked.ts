"use client";

import { useEffect } from "react";
import { compileFile } from "../../engine/workflow/compile.ts";
import { catalogue } from "../../nodes/catalog/definitions.ts";
import type { EditorStore } from "./store/editor-store.ts";

const settleMs = 250;
/** The longer it took, the longer the pause before it is done again: on a thousand nodes nobody shall be stopped in the middle of a word. */
const pausesPerCheck = 4;
const longestPauseMs = 2_000;

/** Compiles the draft a moment after each change, when nothing else is to be done, and tells the store what it found. */
export function useChecked(editor: EditorStore): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let idle: number | null = null;
    let tookMs = 0;
    const check = () => {
      const { file, checked } = editor.state;
      if (file === checked) return;
      const began = performance.now();
      editor.found(file, compileFile(file, catalogue).problems);
      tookMs = performance.now() - began;
    };
    const ask = () => {
      timer = null;
      // Safari has no idle callback; there the pause alone has to do.
      if ("requestIdleCallback" in window) idle = window.requestIdleCallback(check, { timeout: 500 });
      else check();
    };
    const later = () => {
      if (editor.state.file === editor.state.checked) return;
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(ask, Math.min(longestPauseMs, Math.max(settleMs, tookMs * pausesPerCheck)));
    };
    later();
    const stop = editor.store.subscribe((state, before) => {
      if (state.file !== before.file) later();
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
      if (idle !== null) window.cancelIdleCallback(idle);
    };
  }, [editor]);
}
