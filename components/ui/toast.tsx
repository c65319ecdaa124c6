"use client";

import { CircleCheck, CircleX, Info, X } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

export interface ToastMessage {
  title: string;
  description?: string | undefined;
  tone?: "neutral" | "success" | "failure";
  /** Offered beside the words, for example undo. */
  action?: { label: string; run(): void };
}

interface Shown extends ToastMessage {
  id: number;
}

const toasts = createStore<{ next: number; list: Shown[] }>(() => ({ next: 1, list: [] }));

/** Says what has just happened, in a corner. Never the only place where an error is shown. */
export function toast(message: ToastMessage): void {
  // Four at most: a storm of messages is a state of the page, not of the corner.
  toasts.setState(({ next, list }) => ({ next: next + 1, list: [...list.slice(-3), { ...message, id: next }] }));
}

function dismiss(id: number): void {
  toasts.setState(({ list }) => ({ list: list.filter((item) => item.id !== id) }));
}

/** Once, in the root layout. */
export function Toaster() {
  const list = useStore(toasts, (state) => state.list);
  return (
    <Radix.Provider swipeDirection="right" duration={5000}>
      {list.map((item) => (
        <Radix.Root
          key={item.id}
          type={item.tone === "failure" ? "foreground" : "background"}
          duration={item.tone === "failure" ? 10_000 : 5_000}
          onOpenChange={(open) => {
            if (!open) dismiss(item.id);
          }}
          className="flex items-start gap-2.5 rounded-lg border border-line bg-raised p-3 shadow-raised animate-appear"
        >
          <ToastIcon tone={item.tone ?? "neutral"} />
          <div className="min-w-0 flex-1">
            <Radix.Title className="text-sm font-medium">{item.title}</Radix.Title>
            {item.description !== undefined && (
              <Radix.Description className="mt-0.5 text-xs break-words text-muted">
                {item.description}
              </Radix.Description>
            )}
          </div>
          {item.action !== undefined && (
            <Radix.Action
              altText={item.action.label}
              onClick={item.action.run}
              className="rounded-md px-1.5 text-xs font-medium text-accent-text hover:bg-hover"
            >
              {item.action.label}
            </Radix.Action>
          )}
          <Radix.Close
            aria-label="Dismiss"
            className="grid size-5 place-items-center rounded-md text-subtle hover:text-ink"
          >
            <X aria-hidden className="size-3.5" />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed right-0 bottom-0 z-[60] flex w-88 max-w-full flex-col gap-2 p-4 outline-none" />
    </Radix.Provider>
  );
}

function ToastIcon({ tone }: { tone: "neutral" | "success" | "failure" }) {
  if (tone === "success") return <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-completed" />;
  if (tone === "failure") return <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-failed" />;
  return <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />;
}
