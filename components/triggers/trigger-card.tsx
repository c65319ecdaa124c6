"use client";

import { ChevronRight, Ellipsis, KeyRound, Link2, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Trigger } from "../../contracts/api/trigger.ts";
import { anyAnswer, errorWords } from "../api-client.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code.tsx";
import { DropdownMenu, MenuItem, MenuSeparator } from "../ui/dropdown-menu.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Switch } from "../ui/switch.tsx";
import { toast } from "../ui/toast.tsx";
import { classNames } from "../ui/class-names.ts";
import { AskedDialog, type Asked } from "./asked-dialog.tsx";
import { Deliveries } from "./deliveries.tsx";
import { EditTriggerDialog } from "./edit-trigger.tsx";
import { kinds, momentWords, triggerLine } from "./trigger-words.ts";

interface TriggerCardProps {
  trigger: Trigger;
  mayBuild: boolean;
  onChanged(): void;
}

/** One trigger: what sets it off, whether it is on, and what it did. */
export function TriggerCard({ trigger, mayBuild, onChanged }: TriggerCardProps) {
  const api = useApi();
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [editing, setEditing] = useState(false);
  const { icon: Icon, name: kindName } = kinds[trigger.kind];
  const panel = `deliveries-${trigger.id}`;

  async function turn(enabled: boolean) {
    try {
      await api.call("PATCH", `/triggers/${trigger.id}`, anyAnswer, { enabled });
    } catch (thrown) {
      toast({ tone: "failure", title: "The trigger was not changed", description: errorWords(thrown) });
    }
    onChanged();
  }

  return (
    <Card className="overflow-hidden">
      <div className="flex items-start gap-3 px-4 py-3">
        <span className="mt-0.5 grid size-8 shrink-0 place-items-center rounded-md bg-sunken text-muted">
          <Icon aria-hidden className="size-4" />
        </span>
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-sm font-medium" dir="auto">
            {trigger.name}
          </h2>
          <p className="text-xs break-words text-muted">
            {kindName} · {triggerLine(trigger)}
          </p>
          <TriggerState trigger={trigger} />
        </div>
        <div className="flex shrink-0 items-center gap-2">
          <span className="hidden text-xs text-muted sm:inline">{trigger.enabled ? "On" : "Paused"}</span>
          <Switch
            aria-label={`${trigger.name} is on`}
            checked={trigger.enabled}
            disabled={!mayBuild}
            onCheckedChange={(enabled) => void turn(enabled)}
          />
          {mayBuild && (
            <DropdownMenu
              align="end"
              trigger={<IconButton label={`More for ${trigger.name}`} icon={<Ellipsis aria-hidden />} />}
            >
              <MenuItem icon={<Pencil aria-hidden />} onSelect={() => setEditing(true)}>
                Edit…
              </MenuItem>
              {trigger.kind === "webhook" && (
                <MenuItem icon={<KeyRound aria-hidden />} onSelect={() => setAsked("secret")}>
                  Set or rotate the secret…
                </MenuItem>
              )}
              {(trigger.kind === "webhook" || trigger.kind === "form") && (
                <>
                  <MenuItem icon={<Link2 aria-hidden />} onSelect={() => setAsked("address")}>
                    New address…
                  </MenuItem>
                  <MenuSeparator />
                </>
              )}
              <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => setAsked("delete")}>
                Delete…
              </MenuItem>
            </DropdownMenu>
          )}
        </div>
      </div>
      {trigger.kind === "form" && trigger.url !== null && (
        <CodeBlock text={trigger.url} label="the form's address" className="mx-4 mb-3" />
      )}
      <button
        type="button"
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => setOpen(!open)}
        className="flex w-full items-center gap-1.5 border-t px-4 py-2 text-xs text-muted transition-colors hover:bg-hover hover:text-ink focus-visible:-outline-offset-2"
      >
        <ChevronRight aria-hidden className={classNames("size-3.5 transition-transform", open && "rotate-90")} />
        Recent deliveries
      </button>
      <div id={panel}>{open && <Deliveries trigger={trigger} />}</div>
      <EditTriggerDialog trigger={trigger} open={editing} onOpenChange={setEditing} onChanged={onChanged} />
      <AskedDialog trigger={trigger} asked={asked} onClose={() => setAsked(null)} onChanged={onChanged} />
    </Card>
  );
}

function TriggerState({ trigger }: { trigger: Trigger }) {
  return (
    <p className="figures mt-0.5 flex flex-wrap gap-x-3 text-subtle">
      {trigger.kind === "schedule" && trigger.nextFireAt !== null && (
        <span>
          Next {momentWords(trigger.nextFireAt, trigger.config.timeZone)} (<RelativeTime at={trigger.nextFireAt} />)
        </span>
      )}
      {trigger.tokenHint !== null && trigger.kind === "webhook" && <span>…/api/hooks/{trigger.tokenHint}…</span>}
      {trigger.version !== null && <span>always version {trigger.version}</span>}
      {trigger.refusedCount > 0 && (
        <span className="text-failed">
          {trigger.refusedCount} not let in, last: {trigger.lastRefusal}
        </span>
      )}
    </p>
  );
}
