"use client";

import { useEffect } from "react";
import { compileFile } from "../../engine/workflow/compile.ts";
import { missingCredentials } from "../../engine/workflow/missing-credentials.ts";
import { catalogue } from "../../nodes/catalog/definitions.ts";
import type { EditorStore } from "./store/editor-store.ts";

const settleMs = 250;
/** The longer it took, the longer the pause before it is done again: on a thousand nodes nobody shall be stopped in the middle of a word. */
const pausesPerCheck = 4;
const longestPauseMs = 2_000;

/** Compiles the draft a moment after each change, when nothing else is to be done, and tells the store what it found. */
export function useChecked(editor: EditorStore, credentials: readonly string[] | null): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let idle: number | null = null;
    let tookMs = 0;
    // What is known of credentials changed, so the same file is to be looked at again.
    let stale = credentials !== null;
    const known = credentials === null ? null : new Set(credentials);
    const check = () => {
      const { file, checked } = editor.state;
      if (file === checked && !stale) return;
      stale = false;
      const began = performance.now();
      const missing = known === null ? [] : missingCredentials(file, catalogue, known);
      editor.found(file, [...compileFile(file, catalogue).problems, ...missing]);
      tookMs = performance.now() - began;
    };
    const ask = () => {
      timer = null;
      // Safari has no idle callback; there the pause alone has to do.
      if ("requestIdleCallback" in window) idle = window.requestIdleCallback(check, { timeout: 500 });
      else check();
    };
    const later = () => {
      if (editor.state.file === editor.state.checked && !stale) return;
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
  }, [editor, credentials]);
}
