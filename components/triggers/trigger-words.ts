import { CalendarClock, ClipboardList, Radio, Webhook, type LucideIcon } from "lucide-react";
import type { Delivery, Trigger, TriggerKind } from "../../contracts/api/trigger.ts";
import type { BadgeTone } from "../ui/badge.tsx";

export const kinds: Record<TriggerKind, { icon: LucideIcon; name: string; hint: string }> = {
  webhook: { icon: Webhook, name: "Webhook", hint: "Another program calls an address" },
  schedule: { icon: CalendarClock, name: "Schedule", hint: "At set times" },
  event: { icon: Radio, name: "Event", hint: "Something happens in your organisation" },
  form: { icon: ClipboardList, name: "Form", hint: "Somebody fills in a public page" },
};

const signatures = {
  standard: "signed (Standard Webhooks)",
  stripe: "signed by Stripe",
  github: "signed by GitHub",
  none: "not signed: whoever knows the address",
} as const;

/** What sets a trigger off, in one quiet line. */
export function triggerLine(trigger: Trigger): string {
  switch (trigger.kind) {
    case "webhook":
      return `${signatures[trigger.config.signature]} · ${trigger.config.respond === "sync" ? "answers with the output" : "answers at once"}`;
    case "schedule":
      return `${cronPresets.find(({ cron }) => cron === trigger.config.cron)?.label ?? trigger.config.cron} · ${trigger.config.timeZone}`;
    case "event":
      return `${trigger.config.event}${trigger.config.filter === null ? "" : ` where ${trigger.config.filter}`}`;
    case "form":
      return "a public page with the workflow's input";
  }
}

export const cronPresets = [
  { label: "Every hour", cron: "0 * * * *" },
  { label: "Every day at 09:00", cron: "0 9 * * *" },
  { label: "Weekdays at 09:00", cron: "0 9 * * MON-FRI" },
  { label: "Mondays at 09:00", cron: "0 9 * * MON" },
  { label: "First of the month at 09:00", cron: "0 9 1 * *" },
] as const;

/** A moment as people of that zone read it. */
export function momentWords(moment: string, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  }).format(Date.parse(moment));
}

export const deliveryWords: Record<Delivery["status"], { label: string; tone: BadgeTone }> = {
  pending: { label: "Waiting", tone: "waiting" },
  started: { label: "Run started", tone: "completed" },
  refused: { label: "Refused", tone: "failed" },
  filtered: { label: "Filtered out", tone: "neutral" },
  skipped: { label: "Skipped", tone: "neutral" },
};
