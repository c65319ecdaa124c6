"use client";

import { Cpu, Plus } from "lucide-react";
import { useState } from "react";
import { z } from "zod";
import {
  fallbackModelSchema,
  modelProviderSchema,
  type FallbackModel,
  type ModelProvider,
} from "../../contracts/api/model-provider.ts";
import { anyAnswer, errorWords } from "../api-client.ts";
import { may } from "../records/organization.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { toast } from "../ui/toast.tsx";
import { ProviderForm } from "./provider-form.tsx";

const listSchema = z.object({ items: z.array(z.object(modelProviderSchema.shape)), fallback: fallbackModelSchema });

/** Who answers the organisation's agents, in which order, and at which prices. */
export function ModelProviders() {
  const api = useApi();
  const { organization } = useWorkspace();
  const editable = may(organization.role, "administer");
  /** "new", or the provider that is being changed. */
  const [open, setOpen] = useState<ModelProvider | "new" | null>(null);
  const list = useLiveQuery(organization.id, null, () => api.call("GET", "/model-providers", listSchema));
  const providers = list.value?.items ?? [];

  async function act(done: string, failed: string, work: () => Promise<unknown>) {
    try {
      await work();
      toast({ tone: "success", title: done });
    } catch (thrown) {
      toast({ tone: "failure", title: failed, description: errorWords(thrown) });
    }
    list.refresh();
  }

  return (
    <>
      {list.value !== null && <WhoAnswers providers={providers} fallback={list.value.fallback} />}
      <Card className="overflow-hidden">
        <CardHeader
          title="Model providers"
          description="Any service that speaks OpenAI's protocol. Steps that name no model ask the first one."
          actions={
            editable && (
              <Button onClick={() => setOpen("new")}>
                <Plus aria-hidden /> Add a provider
              </Button>
            )
          }
        />
        {list.error !== null && (
          <ErrorState className="m-4" title="The providers could not be read" description={list.error} />
        )}
        {list.value === null && list.error === null && <SkeletonRows rows={2} label="Reading the providers" />}
        {list.value !== null && providers.length === 0 && (
          <EmptyState
            icon={Cpu}
            className="py-10"
            title="No providers of your own"
            description="Add one with its key, and agents are answered by it, at the prices you enter."
          />
        )}
        <ul>
          {providers.map((provider, index) => (
            <ProviderRow
              key={provider.id}
              provider={provider}
              first={index === 0}
              editable={editable}
              onEdit={() => setOpen(provider)}
              onFirst={() =>
                act(`“${provider.name}” answers first`, "The order stays", () =>
                  api.call("POST", `/model-providers/${provider.id}/first`, anyAnswer, {}),
                )
              }
              onDelete={() =>
                act(`“${provider.name}” is deleted`, "The provider was not deleted", () =>
                  api.call("DELETE", `/model-providers/${provider.id}`, anyAnswer),
                )
              }
            />
          ))}
        </ul>
      </Card>
      <Dialog
        open={open !== null}
        onOpenChange={(shown) => !shown && setOpen(null)}
        title={open === "new" || open === null ? "Add a model provider" : `Change “${open.name}”`}
      >
        {open !== null && (
          <ProviderForm
            provider={open === "new" ? null : open}
            onDone={() => list.refresh()}
            onClose={() => setOpen(null)}
          />
        )}
      </Dialog>
    </>
  );
}

/** One sentence that says what an agent without a model is answered by, now. */
function WhoAnswers({ providers, fallback }: { providers: readonly ModelProvider[]; fallback: FallbackModel }) {
  const [first] = providers;
  const model = <code className="font-mono text-ink">{first?.defaultModel ?? fallback.model}</code>;
  return (
    <p className="rounded-lg border border-line bg-sunken px-4 py-2.5 text-sm text-muted">
      {first !== undefined ? (
        <>
          An agent that names no model is answered by {model} of <strong className="text-ink">{first.name}</strong>.
        </>
      ) : fallback.source === "demo" ? (
        <>
          Agents are answered by the <strong className="text-ink">demo model</strong>, which works offline and invents
          plausible text. Runs that used it say so. Add a provider for real answers.
        </>
      ) : (
        <>Agents are answered by {model}, which this deployment provides for everybody.</>
      )}
    </p>
  );
}

interface RowProps {
  provider: ModelProvider;
  first: boolean;
  editable: boolean;
  onEdit(): void;
  onFirst(): Promise<void>;
  onDelete(): Promise<void>;
}

function ProviderRow({ provider, first, editable, onEdit, onFirst, onDelete }: RowProps) {
  const { models, hasKey, lastUsedAt } = provider;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2 last:border-b-0">
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex items-center gap-2">
          <span className="truncate text-sm font-medium">{provider.name}</span>
          {first && <Badge tone="accent">answers first</Badge>}
        </p>
        <p className="truncate text-xs text-muted">
          <code className="font-mono">{provider.defaultModel}</code> at {new URL(provider.baseUrl).host}
        </p>
        <p className="figures text-subtle">
          {models.length === 0 ? "any model" : models.length === 1 ? "1 model" : `${models.length} models`} ·{" "}
          {hasKey ? "with a key" : "without a key"} ·{" "}
          {lastUsedAt === null ? (
            "never used"
          ) : (
            <>
              used <RelativeTime at={lastUsedAt} />
            </>
          )}
        </p>
      </div>
      {editable && (
        <div className="flex gap-1">
          {!first && (
            <Button tone="quiet" onClick={() => void onFirst()}>
              Ask first
            </Button>
          )}
          <Button tone="quiet" onClick={onEdit}>
            Change
          </Button>
          <AlertDialog
            trigger={<Button tone="quiet-danger">Delete</Button>}
            title={`Delete “${provider.name}”?`}
            description="Its key is forgotten. Agents that name one of its models are answered by another provider that offers it, or fail."
            confirm="Delete the provider"
            onConfirm={onDelete}
          />
        </div>
      )}
    </li>
  );
}
