"use client";

import { ArrowLeft } from "lucide-react";
import { stepParts } from "../../engine/run/path.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { Status } from "../ui/status.tsx";
import type { RunFollower } from "./run-store.ts";
import { useScreen, useShown } from "./screen/use-screen.tsx";
import { StepDetail } from "./step-detail.tsx";

interface StepPanelProps {
  follower: RunFollower;
  /** On narrow screens: back to the list. */
  onBack?: () => void;
}

/** The chosen step, or what is to be said of a node that no step stands for yet. */
export function StepPanel({ follower, onBack }: StepPanelProps) {
  const { plan } = useScreen();
  const current = useShown((state) => state.current);
  const step = useShown(({ tree, current }) => (current === null ? null : tree.step(current)));
  const node = current === null ? undefined : plan.nodes.get(stepParts(current).node);
  return (
    // Focusable, so that a long output can be scrolled without a pointer.
    <div className="min-h-0 flex-1 overflow-auto">
      {step !== null ? (
        <StepDetail step={step} follower={follower} onBack={onBack} />
      ) : node !== undefined ? (
        <section aria-label={node.name} className="grid gap-2 px-4 py-3">
          <div className="flex items-center gap-2">
            {onBack !== undefined && (
              <IconButton
                label="Back to the steps"
                icon={<ArrowLeft aria-hidden />}
                onClick={onBack}
                className="-ml-1.5"
              />
            )}
            <h2 className="min-w-0 flex-1 truncate text-base font-semibold" dir="auto">
              {node.name}
            </h2>
            <Status name="pending" as="badge" />
          </div>
          <p className="text-sm text-muted">
            {node.incoming.length === 0
              ? "It begins when what it stands in begins."
              : `It waits for ${names(node.incoming.map((edge) => plan.nodes.get(edge.source)?.name ?? edge.source))}.`}
          </p>
        </section>
      ) : (
        <p className="p-4 text-sm text-subtle">Choose a step to see what it was given and what it gave.</p>
      )}
    </div>
  );
}

function names(list: readonly string[]): string {
  const unique = [...new Set(list)];
  const last = unique.pop() ?? "";
  return unique.length === 0 ? last : `${unique.join(", ")} and ${last}`;
}
