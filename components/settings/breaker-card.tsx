"use client";

import { useBreakers } from "../shell/use-breakers.ts";
import { Card, CardHeader } from "../ui/card.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Status } from "../ui/status.tsx";

const kinds = { model: "Model", host: "Host", agent: "Agent" };

/** What is cut off at the moment, and when it is tried again. */
export function BreakerCard() {
  const breakers = useBreakers();
  if (breakers === null) return null;
  return (
    <Card>
      <CardHeader
        title="Cut off now"
        description="After five failures in a minute nothing is sent to a model, host or agent for a while. Then one call finds out whether it works again."
      />
      {breakers.length === 0 && <p className="p-4 text-sm text-muted">Nothing: all of them answer.</p>}
      <ul>
        {breakers.map(({ kind, name, label, state, openUntil }) => (
          <li key={`${kind} ${name}`} className="flex items-center gap-3 border-b px-4 py-2 text-sm last:border-b-0">
            <Status name="breaker-open" />
            <span className="min-w-0 flex-1 truncate">
              <span className="text-muted">{kinds[kind]}</span> <span className="font-medium">{label}</span>
            </span>
            <span className="figures text-subtle">
              {state === "half-open" || openUntil === null ? (
                "the next call tries it"
              ) : (
                <>
                  tried again <RelativeTime at={openUntil} live />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
