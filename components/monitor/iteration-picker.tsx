"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { frameId, stepId } from "../../engine/run/path.ts";
import type { StepView } from "../../engine/run/projection.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { useScreen, useShown } from "./screen/use-screen.tsx";

/** Which iteration a step stands in, and the way to the same step of the next one and the one before. */
export function IterationPicker({ step }: { step: StepView }) {
  const screen = useScreen();
  const begun = useShown(({ graph }) => graph.nodes.get(step.node)?.iteration?.begun ?? null);
  if (step.index === null || begun === null || screen.plan.nodes.get(step.container ?? "")?.behaviour !== "loop")
    return null;
  // A frame is named by its container's step and a number.
  const container = step.frame.slice(0, step.frame.lastIndexOf("."));
  const index = step.index;
  const go = (to: number): void => screen.choose(stepId(frameId(container, to), step.node));
  return (
    <span role="group" aria-label="Iteration" className="-my-1 inline-flex items-center gap-0.5">
      <IconButton
        label="The iteration before"
        className="size-6"
        disabled={index === 0}
        icon={<ChevronLeft aria-hidden />}
        onClick={() => go(index - 1)}
      />
      <span>
        iteration {index + 1} of {begun}
      </span>
      <IconButton
        label="The next iteration"
        className="size-6"
        disabled={index + 1 >= begun}
        icon={<ChevronRight aria-hidden />}
        onClick={() => go(index + 1)}
      />
    </span>
  );
}
