"use client";

import { useEffect } from "react";
import { compileFile } from "../../engine/workflow/compile.ts";
import { catalogue } from "../../nodes/catalog/definitions.ts";
import type { EditorStore } from "./store/editor-store.ts";

const settleMs = 250;

/** Compiles the draft a moment after each change, when nothing else is to be done, and tells the store what it found. */
export function useChecked(editor: EditorStore): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let idle: number | null = null;
    const check = () => {
      const { file, checked } = editor.state;
      if (file === checked) return;
      editor.found(file, compileFile(file, catalogue).problems);
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
      timer = setTimeout(ask, settleMs);
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
