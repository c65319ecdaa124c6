"use client";

import type { StepView } from "../../../engine/run/projection.ts";
import { Duration } from "../../ui/relative-time.tsx";
import { useShown } from "../screen/use-screen.tsx";

/** How long a step took, has been taking, or had been taking at the moment that is looked at. */
export function Elapsed({ step }: { step: StepView }) {
  if (step.startedAt === null) return null;
  return step.endedAt === null ? <Going from={step.startedAt} /> : <Duration from={step.startedAt} to={step.endedAt} />;
}

function Going({ from }: { from: number }) {
  const past = useShown(({ at, events }) => (at === null ? null : (events.at(-1)?.at ?? null)));
  return <Duration from={from} to={past} />;
}
