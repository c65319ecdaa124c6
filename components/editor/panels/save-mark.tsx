"use client";

import { CloudOff, LoaderCircle, LogIn, TriangleAlert } from "lucide-react";
import { useStore } from "zustand";
import { useEditor } from "../editor-context.tsx";

const time = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false });

/** Where the last change is: on its way, on the server, or kept in this browser until it can be sent. */
export function SaveMark() {
  const { autosave, mayWrite } = useEditor();
  const status = useStore(autosave.status);
  if (!mayWrite) return <span className="text-xs text-subtle">You may look, not change</span>;
  switch (status.kind) {
    case "saved":
      return (
        <output className="text-xs whitespace-nowrap text-subtle">
          {status.at === null ? "Saved" : `Saved · ${time.format(status.at)}`}
        </output>
      );
    case "waiting":
    case "saving":
      return (
        <output className="flex items-center gap-1 text-xs whitespace-nowrap text-subtle">
          <LoaderCircle aria-hidden className="size-3.5 animate-spin" /> Saving
        </output>
      );
    case "conflict":
      return (
        <output className="flex items-center gap-1 text-xs whitespace-nowrap text-waiting">
          <TriangleAlert aria-hidden className="size-3.5" /> Changed elsewhere
        </output>
      );
    case "signed-out":
      return (
        <output className="flex items-center gap-1 text-xs whitespace-nowrap text-waiting" title={status.words}>
          <LogIn aria-hidden className="size-3.5" />
          <span>
            Signed out, {status.kept ? "kept here" : "not kept"}.{" "}
            <a href="/sign-in" target="_blank" rel="noreferrer" className="font-medium underline">
              Sign in
            </a>
          </span>
        </output>
      );
    case "offline":
      return (
        <output className="flex items-center gap-1 text-xs whitespace-nowrap text-waiting" title={status.words}>
          <CloudOff aria-hidden className="size-3.5" />{" "}
          {status.kept ? "Offline, kept here" : "Offline, not kept: export it"}
        </output>
      );
    case "refused":
      return (
        <output className="flex min-w-0 items-center gap-1 text-xs text-failed" title={status.words}>
          <TriangleAlert aria-hidden className="size-3.5 shrink-0" />
          <span className="max-w-96 truncate">
            Not saved, {status.kept ? "kept here" : "not kept either: export it"}: {status.words}
          </span>
        </output>
      );
  }
}
