"use client";

import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { z } from "zod";
import { apiKeySchema } from "../../contracts/api/api-key.ts";
import { roleSchema } from "../../contracts/api/common.ts";
import { anyAnswer, ApiError, errorWords } from "../api-client.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Select } from "../ui/select.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { toast } from "../ui/toast.tsx";

const shownKeySchema = z.object(apiKeySchema.shape);
const keyListSchema = z.object({ items: z.array(shownKeySchema) });
const createdSchema = z.object({ id: z.uuid(), key: z.string().nullable() });

/** Keys with which programs act for the organisation. A key is shown once, when it is made. */
export function ApiKeys() {
  const api = useApi();
  const { organization } = useWorkspace();
  const [making, setMaking] = useState(false);
  const keys = useLiveQuery(
    organization.id,
    null,
    async () => (await api.call("GET", "/api-keys", keyListSchema)).items,
  );
  const live = (keys.value ?? []).filter((key) => key.revokedAt === null);

  async function revoke(id: string) {
    try {
      await api.call("DELETE", `/api-keys/${id}`, anyAnswer);
      toast({ tone: "success", title: "The key is revoked" });
    } catch (thrown) {
      toast({ tone: "failure", title: "The key was not revoked", description: errorWords(thrown) });
    }
    keys.refresh();
  }

  return (
    <Card className="overflow-hidden">
      <CardHeader
        title="API keys"
        description="For programs and scripts. A key acts with its role, in this organisation only."
        actions={
          <Button onClick={() => setMaking(true)}>
            <Plus aria-hidden /> New key
          </Button>
        }
      />
      {keys.error !== null && (
        <ErrorState className="m-4" title="The keys could not be read" description={keys.error} />
      )}
      {keys.value === null && keys.error === null && <SkeletonRows rows={2} label="Reading the keys" />}
      {keys.value !== null && live.length === 0 && (
        <EmptyState
          icon={KeyRound}
          className="py-10"
          title="No keys"
          description="Make one to start runs from a script or another program."
        />
      )}
      <ul>
        {live.map((key) => (
          <li key={key.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2 last:border-b-0">
            <div className="min-w-0 flex-1">
              <p className="truncate text-sm font-medium">{key.name}</p>
              <p className="figures text-subtle">
                <code className="font-mono">{key.prefix}…</code> · made <RelativeTime at={key.createdAt} /> ·{" "}
                {key.lastUsedAt === null ? (
                  "never used"
                ) : (
                  <>
                    used <RelativeTime at={key.lastUsedAt} />
                  </>
                )}
              </p>
            </div>
            <Badge>{key.role}</Badge>
            <AlertDialog
              trigger={<Button tone="quiet-danger">Revoke</Button>}
              title={`Revoke “${key.name}”?`}
              description="Programs that use it are refused from now on. A revoked key cannot be brought back."
              confirm="Revoke the key"
              onConfirm={() => revoke(key.id)}
            />
          </li>
        ))}
      </ul>
      <Dialog open={making} onOpenChange={setMaking} title="New API key" width="narrow">
        {making && <NewKey onMade={() => keys.refresh()} onClose={() => setMaking(false)} />}
      </Dialog>
    </Card>
  );
}

function NewKey({ onMade, onClose }: { onMade(): void; onClose(): void }) {
  const api = useApi();
  const { organization } = useWorkspace();
  const [name, setName] = useState("");
  const [role, setRole] = useState("operator");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const [failure, setFailure] = useState<{
    description: string;
    faults: readonly { path: string; message: string }[];
  } | null>(null);
  const fault = name.trim() === "" ? "Say what the key is for." : null;

  async function make() {
    setTried(true);
    if (fault !== null) return;
    setBusy(true);
    setFailure(null);
    try {
      const made = await api.call("POST", "/api-keys", createdSchema, { name: name.trim(), role });
      setSecret(made.key ?? "");
      onMade();
    } catch (thrown) {
      setFailure({ description: errorWords(thrown), faults: thrown instanceof ApiError ? thrown.faults : [] });
    }
    setBusy(false);
  }

  if (secret !== null) {
    return (
      <div className="grid gap-4">
        <p className="text-sm text-muted">
          Copy the key now. It is stored as a hash only, so it cannot be shown again.
        </p>
        <CodeBlock text={secret} label="the key" />
        <Button size="medium" tone="primary" className="justify-self-end" onClick={onClose}>
          I have copied it
        </Button>
      </div>
    );
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
      className="grid gap-4"
    >
      {failure !== null && <ErrorState title="No key was made" {...failure} />}
      <Field label="Name" required hint="Where it is used, such as “nightly report”." error={tried ? fault : null}>
        {(control) => (
          <Input {...control} maxLength={120} value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <Field label="Role" required hint="As little as the program needs.">
        {({ required: _required, ...control }) => (
          <Select
            {...control}
            value={role}
            onValueChange={setRole}
            options={roleSchema.options
              .filter((each) => each !== "owner" || organization.role === "owner")
              .map((each) => ({ value: each, label: each }))}
          />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button size="medium" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" size="medium" tone="primary" busy={busy}>
          Make the key
        </Button>
      </div>
    </form>
  );
}
