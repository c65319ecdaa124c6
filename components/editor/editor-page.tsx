"use client";

import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useMemo, useState } from "react";
import { createStore } from "zustand/vanilla";
import { runPageSchema, runSchema } from "../../contracts/api/run.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import { type WorkflowFile, workflowFileSchema } from "../../engine/workflow/file.ts";
import { supabaseJournal } from "../monitor/journal-source.ts";
import { may } from "../records/organization.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { toast } from "../ui/toast.tsx";
import { EditorCanvas } from "./canvas/editor-canvas.tsx";
import { NodePicker } from "./canvas/node-picker.tsx";
import { EditorActions } from "./commands/actions.ts";
import { useCommands } from "./commands/use-commands.ts";
import { ConflictDialog } from "./dialogs/conflict-dialog.tsx";
import { FindDialog } from "./dialogs/find-dialog.tsx";
import { ImportIntoDraft } from "./dialogs/import-dialog.tsx";
import { readyToRun } from "./dialogs/publish.ts";
import { PublishDialog } from "./dialogs/publish-dialog.tsx";
import { RestoreDialog } from "./dialogs/restore-dialog.tsx";
import { RunDialog } from "./dialogs/run-dialog.tsx";
import { TemplateDialog } from "./dialogs/template-dialog.tsx";
import type { DraftRecord } from "./draft-record.ts";
import { BreakersProvider } from "./canvas/breaker-mark.tsx";
import { EditorProvider, type EditorParts, type PublishedState } from "./editor-context.tsx";
import { BulkBar } from "./panels/bulk-bar.tsx";
import { EmptyCanvas } from "./panels/empty-canvas.tsx";
import { LeftPanel } from "./panels/palette.tsx";
import { SidePanel } from "./panels/side-panel.tsx";
import { Toolbar } from "./panels/toolbar.tsx";
import { EditorRuns } from "./run/editor-runs.ts";
import { RunBar } from "./run/run-bar.tsx";
import { Autosave } from "./store/autosave.ts";
import { placed } from "./store/layout.ts";
import { apiDrafts, browserDrawer, sameFile } from "./store/draft-server.ts";
import { EditorStore } from "./store/editor-store.ts";
import { createViewStore } from "./store/view-store.ts";
import { useChecked } from "./check/use-checked.ts";
import { useKnownAgents } from "./use-agents.ts";
import { useCredentialNames } from "./use-credential-names.ts";

const openedSchema = workflowFileSchema.transform(placed);

interface EditorPageProps {
  record: DraftRecord;
  /** The file of the published version, to tell whether the draft is ahead. */
  published: unknown;
}

/** The workflow editor: steps at the left, the drawing in the middle, settings at the right. */
export function EditorPage({ record, published }: EditorPageProps) {
  const [opened] = useState(() => openedSchema.safeParse(record.draft));
  if (!opened.success) {
    return (
      <ErrorState
        as="page"
        title="This draft cannot be opened"
        description="It is in a form this page does not know. Nothing was changed; export it from the workflow’s page, or reload."
        faults={opened.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join("."), message }))}
      />
    );
  }
  return (
    <OpenEditor record={record} file={opened.data} publishedFile={openedSchema.safeParse(published).data ?? null} />
  );
}

function OpenEditor({
  record,
  file,
  publishedFile,
}: {
  record: DraftRecord;
  file: WorkflowFile;
  publishedFile: WorkflowFile | null;
}) {
  const api = useApi();
  const supabase = useSupabase();
  const { organization } = useWorkspace();
  const [parts] = useState((): EditorParts => {
    const editor = new EditorStore(file);
    const view = createViewStore();
    const mayWrite = may(organization.role, "build");
    const workflowId = record.id;
    const later = (ms: number, run: () => void) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    };
    const published = createStore<PublishedState>(() => ({ version: record.published_version, file: publishedFile }));
    const autosave = new Autosave({
      server: apiDrafts(api, record.id),
      drawer: typeof localStorage === "undefined" ? noDrawer : browserDrawer(localStorage, record.id),
      revision: record.revision,
      saved: file,
      same: sameFile,
      later,
      now: Date.now,
    });
    const runs = new EditorRuns({
      api,
      workflowId,
      journal: (id) => supabaseJournal(supabase, id),
      ready: () => readyToRun({ workflowId, editor, autosave, published }, api),
      nextFrame: (draw) => requestAnimationFrame(draw),
      later,
    });
    const actions = new EditorActions(editor, view);
    return { workflowId, editor, view, actions, autosave, published, runs, mayWrite };
  });
  useSaving(parts, file);
  useLatestRun(parts);
  useChecked(parts.editor, { credentials: useCredentialNames(), agents: useKnownAgents() });
  useCommands(parts);
  return (
    <EditorProvider parts={parts}>
      <ReactFlowProvider>
        <Toolbar />
        <div className="flex min-h-0 flex-1">
          <LeftPanel />
          <main id="content" tabIndex={-1} className="relative flex min-w-0 flex-1 outline-none" aria-label="Canvas">
            <BreakersProvider>
              <EditorCanvas />
            </BreakersProvider>
            <EmptyCanvas />
            <RunBar />
            <BulkBar />
          </main>
          <SidePanel />
        </div>
        <NodePicker />
        <RunDialog />
        <PublishDialog />
        <ImportIntoDraft />
        <RestoreDialog />
        <FindDialog />
        <TemplateDialog />
        <ConflictDialog />
      </ReactFlowProvider>
    </EditorProvider>
  );
}

const noDrawer = { keep: () => false, read: () => null, clear: () => undefined };

/** Saves what changes, brings back what an earlier visit could not save, and warns before the page is left with unsaved work. */
function useSaving(parts: EditorParts, opened: WorkflowFile): void {
  const { autosave, editor, workflowId, mayWrite } = parts;
  useEffect(() => {
    if (!mayWrite) return undefined;
    const drawer = browserDrawer(localStorage, workflowId);
    const kept = drawer.read();
    if (kept !== null) {
      if (sameFile(kept.file, opened)) drawer.clear();
      else if (kept.revision === autosave.revision) {
        editor.replace(kept.file, "Bring back what was not saved");
        autosave.changed(editor.state.file);
        toast({
          title: "Unsaved changes are back",
          description: "This browser kept what could not be saved the last time.",
        });
      } else {
        editor.replace(kept.file, "Bring back what was not saved");
        autosave.disagree(kept.file, { revision: autosave.revision, file: opened });
      }
    }
    const stop = editor.store.subscribe((state, before) => {
      if (state.file !== before.file) autosave.changed(state.file);
    });
    const wake = () => autosave.wake();
    const leave = (event: BeforeUnloadEvent) => {
      if (autosave.dirty) event.preventDefault();
    };
    const hide = () => {
      if (document.visibilityState === "hidden" && autosave.dirty) void autosave.flush();
      else wake();
    };
    window.addEventListener("online", wake);
    window.addEventListener("focus", wake);
    window.addEventListener("beforeunload", leave);
    document.addEventListener("visibilitychange", hide);
    return () => {
      stop();
      window.removeEventListener("online", wake);
      window.removeEventListener("focus", wake);
      window.removeEventListener("beforeunload", leave);
      document.removeEventListener("visibilitychange", hide);
      // Left by a link of the page: what is under way is finished, what cannot be is kept.
      if (autosave.dirty) void autosave.flush();
      autosave.stop();
    };
  }, [autosave, editor, workflowId, mayWrite, opened]);
}

/** Reads the last run for previews, once the page stands. One that is under way, on the version that is known here, is shown on the drawing. */
function useLatestRun({ workflowId, runs, published }: EditorParts): void {
  const api = useApi();
  const path = useMemo(() => `/runs?workflowId=${workflowId}&limit=1`, [workflowId]);
  useEffect(() => {
    let here = true;
    async function load() {
      try {
        const [latest] = (await api.call("GET", path, runPageSchema)).items;
        if (latest === undefined || !here) return;
        const run = await api.call("GET", `/runs/${latest.id}`, runSchema);
        if (!here || runs.live.getState().run !== null) return;
        runs.last.setState({ run });
        const { version, file } = published.getState();
        if (!isRunEnded(run.status) && file !== null && version === run.version)
          runs.follow({ id: run.id, version, file });
      } catch (problem) {
        // Previews are a help, not a need: without them every field still works, and says that nothing is known yet.
        if (!(problem instanceof Error)) throw problem;
      }
    }
    void load();
    return () => {
      here = false;
      runs.clear();
    };
  }, [api, path, runs, published]);
}
