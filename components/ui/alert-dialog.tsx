"use client";

import { AlertDialog as Radix } from "radix-ui";
import { useState, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { classNames } from "./class-names.ts";
import { dialogBox, dialogScrim } from "./dialog.tsx";

interface AlertDialogProps {
  /** The control that asks for it; none where something else opens it. */
  trigger?: ReactNode;
  /** With `onOpenChange`: opened from outside. */
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  title: string;
  /** Names what will be lost. */
  description: ReactNode;
  confirm: string;
  /** The way out. */
  cancel?: string;
  danger?: boolean;
  /** Closes when it resolves; stays open when it rejects, and the caller tells why. */
  onConfirm(): Promise<void> | void;
}

/** Asks once more before something that cannot be undone. */
export function AlertDialog({
  trigger,
  title,
  description,
  confirm,
  cancel = "Keep it",
  danger = true,
  onConfirm,
  ...outer
}: AlertDialogProps) {
  const [inner, setInner] = useState(false);
  const open = outer.open ?? inner;
  const setOpen = outer.onOpenChange ?? setInner;
  const [busy, setBusy] = useState(false);
  async function run() {
    setBusy(true);
    try {
      await onConfirm();
      setOpen(false);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      {trigger !== undefined && <Radix.Trigger asChild>{trigger}</Radix.Trigger>}
      <Radix.Portal>
        <Radix.Overlay className={dialogScrim} />
        <Radix.Content className={classNames(dialogBox, "max-w-md p-4")}>
          <Radix.Title className="text-sm font-semibold">{title}</Radix.Title>
          <Radix.Description className="mt-1 text-sm text-muted">{description}</Radix.Description>
          <div className="mt-4 flex justify-end gap-2">
            <Radix.Cancel asChild>
              <Button size="medium">{cancel}</Button>
            </Radix.Cancel>
            <Button size="medium" tone={danger ? "danger" : "primary"} busy={busy} onClick={() => void run()}>
              {confirm}
            </Button>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
