"use client";

import {
  ChevronRight,
  CircleAlert,
  CircleCheck,
  Download,
  Ellipsis,
  FileUp,
  History,
  Keyboard,
  LayoutTemplate,
  Play,
  Redo2,
  Search,
  Settings2,
  Square,
  TriangleAlert,
  Undo2,
  Upload,
  Zap,
} from "lucide-react";
import Link from "next/link";
import { useStore } from "zustand";
import { isRunEnded } from "../../../engine/run/status.ts";
import { Logo } from "../../shell/logo.tsx";
import { useCommandHub } from "../../commands/commands-provider.tsx";
import { isMac, keyNames } from "../../commands/keys.ts";
import { asWritten } from "../../ui/as-written.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { DropdownMenu, MenuItem, MenuSeparator } from "../../ui/dropdown-menu.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { classNames } from "../../ui/class-names.ts";
import { useEditor, useEditorState } from "../editor-context.tsx";
import { askToRun, stopRun } from "../run/start-run.ts";
import { useLive } from "../run/use-live.ts";
import { sameFile } from "../store/draft-server.ts";
import { downloadFile } from "./download.ts";
import { SaveMark } from "./save-mark.tsx";

const shown = (combination: string): string => keyNames(combination, isMac()).join(isMac() ? "" : "+");

/** The row above the canvas: where this is, how it is saved, what can be done. */
export function Toolbar() {
  const { openPalette } = useCommandHub();
  const { editor, view, workflowId, mayWrite } = useEditor();
  const name = useEditorState((state) => state.file.name);
  const undo = useEditorState((state) => state.past.at(-1)?.label);
  const redo = useEditorState((state) => state.future[0]?.label);
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b bg-surface px-3">
      <Link href="/home" aria-label="Home" className="shrink-0 rounded-md">
        <Logo />
      </Link>
      <nav aria-label="Breadcrumbs" className="flex shrink-0 items-center gap-1.5">
        <Link href="/workflows" className="rounded-md text-sm text-muted hover:text-ink">
          Workflows
        </Link>
        <ChevronRight aria-hidden className="size-3.5 text-subtle" />
      </nav>
      <h1 className="min-w-0 truncate text-sm font-semibold" dir="auto">
        <Link
          href={`/workflows/${workflowId}`}
          className="rounded-md hover:underline"
          title="Runs and versions of this workflow"
        >
          {name === "" ? "Without a name" : asWritten(name)}
        </Link>
      </h1>
      <DraftMark />
      <SaveMark />
      <div className="ml-auto flex shrink-0 items-center gap-1">
        {mayWrite && (
          <>
            <IconButton
              label={undo === undefined ? "Nothing to undo" : `Undo: ${undo.toLowerCase()}`}
              shortcut={shown("Mod+z")}
              icon={<Undo2 aria-hidden />}
              aria-disabled={undo === undefined}
              onClick={() => editor.undo()}
            />
            <IconButton
              label={redo === undefined ? "Nothing to redo" : `Redo: ${redo.toLowerCase()}`}
              shortcut={shown("Mod+Shift+z")}
              icon={<Redo2 aria-hidden />}
              aria-disabled={redo === undefined}
              onClick={() => editor.redo()}
            />
          </>
        )}
        <ProblemCount />
        <IconButton
          label="Workflow settings"
          shortcut="W"
          icon={<Settings2 aria-hidden />}
          onClick={() => {
            editor.select([]);
            editor.show("workflow");
          }}
        />
        <Button asChild tone="quiet" className="w-7 px-0">
          <Link href={`/workflows/${workflowId}/triggers`} aria-label="Triggers of this workflow" title="Triggers">
            <Zap aria-hidden />
          </Link>
        </Button>
        <IconButton
          label="Versions"
          shortcut={shown("Shift+v")}
          icon={<History aria-hidden />}
          onClick={() => editor.show("versions")}
        />
        <IconButton
          label="Search commands and steps"
          shortcut={shown("Mod+k")}
          icon={<Search aria-hidden />}
          onClick={openPalette}
        />
        <MoreMenu />
        {mayWrite && (
          <Button className="ml-1" onClick={() => view.setState({ dialog: "publish" })}>
            <Upload aria-hidden /> Publish
          </Button>
        )}
        <RunButton />
      </div>
    </header>
  );
}

/** Runs what is drawn, and stops it while it runs. */
function RunButton() {
  const parts = useEditor();
  const going = useLive(({ run, view }) => run !== null && (view === null || !isRunEnded(view.status)));
  return going ? (
    <Button title={`Stop the run (${shown("Mod+.")})`} onClick={() => void stopRun(parts)}>
      <Square aria-hidden /> Stop
    </Button>
  ) : (
    <Button tone="primary" title={`Run (${shown("Mod+Enter")})`} onClick={() => askToRun(parts)}>
      <Play aria-hidden /> Run
    </Button>
  );
}

function MoreMenu() {
  const { openSheet } = useCommandHub();
  const { editor, view, mayWrite } = useEditor();
  return (
    <DropdownMenu align="end" trigger={<IconButton label="More" icon={<Ellipsis aria-hidden />} />}>
      <MenuItem
        icon={<Download aria-hidden />}
        shortcut={shown("Mod+Shift+e")}
        onSelect={() => downloadFile(editor.state.file)}
      >
        Export as a file
      </MenuItem>
      {mayWrite && (
        <MenuItem icon={<FileUp aria-hidden />} onSelect={() => view.setState({ dialog: "import" })}>
          Import into this draft
        </MenuItem>
      )}
      {mayWrite && (
        <MenuItem icon={<LayoutTemplate aria-hidden />} onSelect={() => view.setState({ dialog: "template" })}>
          Save as a template
        </MenuItem>
      )}
      <MenuItem
        icon={<Search aria-hidden />}
        shortcut={shown("Mod+f")}
        onSelect={() => view.setState({ dialog: "find" })}
      >
        Find and replace
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<Keyboard aria-hidden />} shortcut="?" onSelect={openSheet}>
        Keyboard shortcuts
      </MenuItem>
    </DropdownMenu>
  );
}

/** Whether what is drawn is what runs start on. */
function DraftMark() {
  const { published } = useEditor();
  const { version, file: publishedFile } = useStore(published);
  const checked = useEditorState((state) => state.checked);
  if (version === null) return <Badge>draft</Badge>;
  // Compared when it is checked, a moment after the last change: it is a word in a corner and must not cost a frame.
  const ahead = checked !== null && publishedFile !== null && !sameFile(checked, publishedFile);
  return ahead ? (
    <Badge tone="waiting">ahead of version {version}</Badge>
  ) : (
    <Badge tone="accent">version {version}</Badge>
  );
}

function ProblemCount() {
  const { editor } = useEditor();
  const problems = useEditorState((state) => state.problems);
  const empty = useEditorState((state) => state.file.nodes.length === 0);
  // That nothing is drawn yet is where everybody begins, and no fault.
  if (empty) return null;
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const warnings = problems.length - errors;
  const Icon = errors > 0 ? CircleAlert : warnings > 0 ? TriangleAlert : CircleCheck;
  const words =
    errors > 0
      ? `${errors} ${errors === 1 ? "problem" : "problems"}`
      : warnings > 0
        ? `${warnings} ${warnings === 1 ? "warning" : "warnings"}`
        : "No problems";
  return (
    <Button
      tone="quiet"
      data-testid="problem-count"
      onClick={() => editor.show("problems")}
      className={classNames(errors > 0 ? "text-failed" : warnings > 0 ? "text-waiting" : "")}
    >
      <Icon aria-hidden /> {words}
    </Button>
  );
}
