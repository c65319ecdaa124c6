"use client";

import {
  AlignCenterHorizontal,
  AlignCenterVertical,
  AlignEndVertical,
  AlignHorizontalDistributeCenter,
  AlignStartHorizontal,
  AlignStartVertical,
  AlignVerticalDistributeCenter,
  Columns3,
  CopyPlus,
  LayoutDashboard,
  Repeat,
  Trash2,
} from "lucide-react";
import { IconButton } from "../../ui/icon-button.tsx";
import { useEditor, useEditorState } from "../editor-context.tsx";

/** What can be done with several steps at once, above the canvas's own controls. */
export function BulkBar() {
  const { actions, mayWrite } = useEditor();
  const count = useEditorState((state) => state.selection.size);
  if (count < 2 || !mayWrite) return null;
  return (
    <section
      aria-label="Chosen steps"
      data-testid="bulk-bar"
      className="absolute bottom-16 left-1/2 z-10 flex -translate-x-1/2 items-center gap-0.5 rounded-lg border border-line bg-raised p-1 shadow-raised animate-appear"
    >
      <span className="figures px-2 whitespace-nowrap text-muted">{count} chosen</span>
      <Line />
      <IconButton label="Align left" icon={<AlignStartVertical aria-hidden />} onClick={() => actions.align("left")} />
      <IconButton
        label="Align centres"
        icon={<AlignCenterVertical aria-hidden />}
        onClick={() => actions.align("centre")}
      />
      <IconButton label="Align right" icon={<AlignEndVertical aria-hidden />} onClick={() => actions.align("right")} />
      <IconButton label="Align tops" icon={<AlignStartHorizontal aria-hidden />} onClick={() => actions.align("top")} />
      <IconButton
        label="Align middles"
        icon={<AlignCenterHorizontal aria-hidden />}
        onClick={() => actions.align("middle")}
      />
      <Line />
      <IconButton
        label="Same gaps from left to right"
        icon={<AlignHorizontalDistributeCenter aria-hidden />}
        onClick={() => actions.distribute("x")}
      />
      <IconButton
        label="Same gaps from top to bottom"
        icon={<AlignVerticalDistributeCenter aria-hidden />}
        onClick={() => actions.distribute("y")}
      />
      <IconButton
        label="Tidy up these"
        shortcut="⇧L"
        icon={<LayoutDashboard aria-hidden />}
        onClick={() => actions.tidy()}
      />
      <Line />
      <IconButton label="Put into a loop" icon={<Repeat aria-hidden />} onClick={() => actions.wrap("loop")} />
      <IconButton
        label="Put into a parallel"
        icon={<Columns3 aria-hidden />}
        onClick={() => actions.wrap("parallel")}
      />
      <IconButton label="Duplicate" icon={<CopyPlus aria-hidden />} onClick={() => actions.duplicate()} />
      <IconButton label="Delete" tone="quiet-danger" icon={<Trash2 aria-hidden />} onClick={() => actions.remove()} />
    </section>
  );
}

function Line() {
  return <span aria-hidden className="mx-1 h-4 w-px bg-line" />;
}
