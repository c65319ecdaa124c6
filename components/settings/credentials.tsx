"use client";

import { LockKeyhole, Plus } from "lucide-react";
import { useState } from "react";
import { z } from "zod";
import { credentialSchema, type Credential } from "../../contracts/api/credential.ts";
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
import { kindWords, NewCredential, RotateCredential } from "./credential-forms.tsx";

const listSchema = z.object({ items: z.array(z.object(credentialSchema.shape)) });

/** What steps prove themselves with towards other services. Secrets go in and never come out. */
export function Credentials() {
  const api = useApi();
  const { organization } = useWorkspace();
  const editable = may(organization.role, "administer");
  const [making, setMaking] = useState(false);
  const [rotating, setRotating] = useState<Credential | null>(null);
  const list = useLiveQuery(
    organization.id,
    null,
    async () => (await api.call("GET", "/credentials", listSchema)).items,
  );

  async function remove(credential: Credential) {
    try {
      await api.call("DELETE", `/credentials/${credential.id}`, anyAnswer);
      toast({ tone: "success", title: `“${credential.name}” is deleted` });
    } catch (thrown) {
      toast({ tone: "failure", title: "The credential was not deleted", description: errorWords(thrown) });
    }
    list.refresh();
  }

  return (
    <Card className="overflow-hidden">
      <CardHeader
        title="Credentials"
        description="Steps name them; the secret goes to its own hosts only and is never shown again."
        actions={
          editable && (
            <Button onClick={() => setMaking(true)}>
              <Plus aria-hidden /> New credential
            </Button>
          )
        }
      />
      {list.error !== null && (
        <ErrorState className="m-4" title="The credentials could not be read" description={list.error} />
      )}
      {list.value === null && list.error === null && <SkeletonRows rows={3} label="Reading the credentials" />}
      {list.value?.length === 0 && (
        <EmptyState
          icon={LockKeyhole}
          className="py-10"
          title="No credentials"
          description={
            editable
              ? "Store a token or a password here, and HTTP steps can use it by its name without anybody seeing it."
              : "An owner or admin can store one; HTTP steps then use it by its name."
          }
        />
      )}
      <ul>
        {(list.value ?? []).map((credential) => (
          <Row
            key={credential.id}
            credential={credential}
            editable={editable}
            onReplace={() => setRotating(credential)}
            onDelete={() => remove(credential)}
          />
        ))}
      </ul>
      <Dialog open={making} onOpenChange={setMaking} title="New credential">
        {making && <NewCredential onDone={() => list.refresh()} onClose={() => setMaking(false)} />}
      </Dialog>
      <Dialog
        open={rotating !== null}
        onOpenChange={(open) => !open && setRotating(null)}
        title={`Replace the secret of “${rotating?.name ?? ""}”`}
        width="narrow"
      >
        {rotating !== null && (
          <RotateCredential credential={rotating} onDone={() => list.refresh()} onClose={() => setRotating(null)} />
        )}
      </Dialog>
    </Card>
  );
}

interface RowProps {
  credential: Credential;
  editable: boolean;
  onReplace(): void;
  onDelete(): Promise<void>;
}

function Row({ credential, editable, onReplace, onDelete }: RowProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2 last:border-b-0">
      <div className="min-w-0 flex-1 basis-56">
        <p className="truncate text-sm font-medium">{credential.name}</p>
        <p className="truncate text-xs text-muted">
          {kindWords[credential.kind].label}
          {credential.field !== null && ` ${credential.field}`}, for {credential.hosts.join(", ")}
        </p>
        <p className="figures text-subtle">
          {credential.rotatedAt === null ? "made" : "replaced"}{" "}
          <RelativeTime at={credential.rotatedAt ?? credential.createdAt} /> ·{" "}
          {credential.lastUsedAt === null ? (
            "never used"
          ) : (
            <>
              used <RelativeTime at={credential.lastUsedAt} />
            </>
          )}
        </p>
      </div>
      <Badge>{usedWords(credential)}</Badge>
      {editable && (
        <div className="flex gap-1">
          <Button tone="quiet" onClick={onReplace}>
            Replace secret
          </Button>
          <AlertDialog
            trigger={<Button tone="quiet-danger">Delete</Button>}
            title={`Delete “${credential.name}”?`}
            description={lossWords(credential)}
            confirm="Delete the credential"
            onConfirm={onDelete}
          />
        </div>
      )}
    </li>
  );
}

function usedWords({ usedBy }: Credential): string {
  if (usedBy.length === 0) return "in no workflow";
  return usedBy.length === 1 ? "in 1 workflow" : `in ${usedBy.length} workflows`;
}

function lossWords({ usedBy }: Credential): string {
  const again = "The secret cannot be brought back.";
  if (usedBy.length === 0) return `No workflow uses it. ${again}`;
  const names = usedBy.slice(0, 8).map(({ name }) => `“${name}”`);
  const more = usedBy.length > 8 ? ` and ${usedBy.length - 8} more` : "";
  return `Steps of ${names.join(", ")}${more} use it and will fail without it. ${again}`;
}
