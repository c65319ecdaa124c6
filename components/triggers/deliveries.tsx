"use client";

import { RotateCcw } from "lucide-react";
import Link from "next/link";
import { deliveryPageSchema, type Delivery, type Trigger } from "../../contracts/api/trigger.ts";
import { isJsonObject } from "../../engine/json.ts";
import { anyAnswer, errorWords } from "../api-client.ts";
import { may } from "../records/organization.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { toast } from "../ui/toast.tsx";
import { deliveryWords } from "./trigger-words.ts";

/** The last times a trigger was set off, and what came of each. */
export function Deliveries({ trigger }: { trigger: Trigger }) {
  const api = useApi();
  const { organization } = useWorkspace();
  const { value, error, refresh } = useLiveQuery(
    trigger.id,
    null,
    async () => (await api.call("GET", `/triggers/${trigger.id}/deliveries?limit=20`, deliveryPageSchema)).items,
  );

  async function again(delivery: Delivery) {
    try {
      await api.call("POST", `/triggers/${trigger.id}/deliveries/${delivery.id}/redeliver`, anyAnswer);
      toast({ tone: "success", title: "It was delivered again" });
    } catch (thrown) {
      toast({ tone: "failure", title: "It was not delivered", description: errorWords(thrown) });
    }
    refresh();
  }

  if (error !== null) {
    return (
      <ErrorState
        className="m-4 mt-0"
        title="The deliveries could not be read"
        description={error}
        actions={<Button onClick={refresh}>Try again</Button>}
      />
    );
  }
  if (value === null) return <SkeletonRows rows={2} label="Reading the deliveries" />;
  if (value.length === 0) return <p className="px-4 py-3 text-sm text-muted">Nothing has set it off yet.</p>;
  return (
    <ul aria-label={`Deliveries of ${trigger.name}`}>
      {value.map((delivery) => (
        <li key={delivery.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t px-4 py-2 text-xs">
          <Badge tone={deliveryWords[delivery.status].tone}>{deliveryWords[delivery.status].label}</Badge>
          <RelativeTime at={delivery.createdAt} className="figures text-subtle" />
          <p className="min-w-0 flex-1 basis-40 text-muted">{outcomeLine(delivery)}</p>
          {delivery.runId !== null && (
            <Link href={`/runs/${delivery.runId}`} className="rounded-md text-accent-text hover:underline">
              Open the run
            </Link>
          )}
          {may(organization.role, "operate") && delivery.status !== "skipped" && delivery.status !== "pending" && (
            <Button onClick={() => void again(delivery)}>
              <RotateCcw aria-hidden /> Deliver again
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function outcomeLine({ status, error, repeats, redeliveryOf, payload }: Delivery): string {
  const parts: string[] = [];
  if (error !== null) parts.push(error.message);
  if (status === "skipped" && isJsonObject(payload))
    parts.push(`${String(payload["count"])} missed moments were left out`);
  if (repeats > 0) parts.push(`came ${repeats} more ${repeats === 1 ? "time" : "times"}, without another run`);
  if (redeliveryOf !== null) parts.push("delivered again by hand");
  return parts.join(" · ");
}
