"use client";

import { useMemo } from "react";
import type { EventOf, RunEvent } from "../../engine/run/event.ts";
import { Badge } from "../ui/badge.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Status } from "../ui/status.tsx";
import { useShown } from "./screen/use-screen.tsx";
import { instantWords } from "./timeline/instant-words.ts";
import { ValueView } from "./value-view.tsx";

const places: Record<EventOf<"approval-decided">["decision"]["via"], string> = {
  app: "in the app",
  link: "by the link in a message",
  api: "by the API",
  slack: "in Slack",
  system: "by the deadline",
};

/** Who decided what, when and from where; nothing while it is open. */
export function DecisionCard({ step }: { step: string }) {
  const events = useShown((state) => state.events);
  const found = useMemo(() => decisionOf(events, step), [events, step]);
  if (found === null) return null;
  const { asked, decided } = found;
  const { decision, comment, fields, by, via, expired } = decided.decision;
  const option = asked?.request.options.find((each) => each.id === decision);
  const rejected = option?.kind === "reject";
  return (
    <div role="group" aria-label="Decision" className="mx-4 mb-3 grid gap-2 rounded-lg border px-3 py-2.5">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
        <Status name={rejected ? "failed" : "completed"} word={option?.label ?? decision} />
        <span className="text-muted">
          by{" "}
          <span className="font-medium text-ink" dir="auto">
            {by.label}
          </span>{" "}
          {places[via]}, <RelativeTime at={decided.at} />
        </span>
        {expired && <Badge>deadline passed</Badge>}
      </p>
      {comment !== null && comment !== "" && (
        <blockquote className="border-l-2 border-line-strong pl-3 text-sm break-words whitespace-pre-wrap" dir="auto">
          {comment}
        </blockquote>
      )}
      {Object.keys(fields).length > 0 && <ValueView value={fields} label="the fields" />}
      <p className="figures text-subtle">
        {asked !== null && <>Asked {instantWords(asked.at)}, </>}decided {instantWords(decided.at)}
      </p>
    </div>
  );
}

function decisionOf(events: readonly RunEvent[], step: string) {
  const decided = events.findLast((event) => event.type === "approval-decided" && event.step === step);
  if (decided?.type !== "approval-decided") return null;
  const asked = events.findLast(
    (event) => event.type === "approval-requested" && event.step === step && event.seq < decided.seq,
  );
  return { decided, asked: asked?.type === "approval-requested" ? asked : null };
}
