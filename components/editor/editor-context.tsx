"use client";

import { createContext, useContext, type ReactNode } from "react";
import { useStore } from "zustand";
import type { WorkflowFile } from "../../engine/workflow/file.ts";
import type { Autosave } from "./store/autosave.ts";
import type { EditorState, EditorStore } from "./store/editor-store.ts";
import type { ViewState, ViewStore } from "./store/view-store.ts";
import type { EditorActions } from "./commands/actions.ts";
import type { EditorRuns } from "./run/editor-runs.ts";
import type { StoreApi } from "zustand/vanilla";

export interface PublishedState {
  /** The version that runs start on; null while there is only a draft. */
  version: number | null;
  /** Its file, to tell whether the draft is ahead of it. */
  file: WorkflowFile | null;
}

/** All that the parts of an open editor share. Made once for each opened workflow. */
export interface EditorParts {
  workflowId: string;
  editor: EditorStore;
  view: ViewStore;
  autosave: Autosave;
  actions: EditorActions;
  published: StoreApi<PublishedState>;
  /** Running what is drawn: the run on the canvas, and the last one for previews. */
  runs: EditorRuns;
  /** False for those who may look only. */
  mayWrite: boolean;
}

const Context = createContext<EditorParts | null>(null);

export function EditorProvider({ parts, children }: { parts: EditorParts; children: ReactNode }) {
  return <Context value={parts}>{children}</Context>;
}

export function useEditor(): EditorParts {
  const parts = useContext(Context);
  if (parts === null) throw new Error("useEditor needs an EditorProvider above it.");
  return parts;
}

/** A part of the edited state; draws again when that part changes. */
export function useEditorState<Part>(select: (state: EditorState) => Part): Part {
  return useStore(useEditor().editor.store, select);
}

export function useView<Part>(select: (state: ViewState) => Part): Part {
  return useStore(useEditor().view, select);
}
