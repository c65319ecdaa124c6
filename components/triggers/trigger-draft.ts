import type { Trigger, TriggerKind } from "../../contracts/api/trigger.ts";
import { isJsonObject, type Json } from "../../engine/json.ts";

/** What is typed, for every kind at once: changing the kind and back loses nothing. */
export interface Draft {
  signature: string;
  respond: string;
  /** What the sender signs with, where it chose that itself; null where it is not asked for, as in a trigger that is there. */
  secret: string | null;
  cron: string;
  timeZone: string;
  catchUp: string;
  event: string;
  filter: string;
  includeKept: boolean;
  thanks: string;
  open: boolean;
  /** JSON of the input mapping; "" for none. */
  input: string;
}

export function beginning(): Draft {
  return {
    signature: "standard",
    respond: "async",
    secret: "",
    cron: "0 9 * * *",
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    catchUp: "latest",
    event: "",
    filter: "",
    includeKept: false,
    thanks: "",
    open: false,
    input: "",
  };
}

/** A trigger as it can be changed. */
export function draftOf(trigger: Trigger): Draft {
  const draft = { ...beginning(), secret: null, open: trigger.enabled };
  switch (trigger.kind) {
    case "webhook": {
      const { signature, respond, input } = trigger.config;
      return { ...draft, signature, respond, input: mappingText(input) };
    }
    case "schedule": {
      const { cron, timeZone, catchUp, input } = trigger.config;
      return { ...draft, cron, timeZone, catchUp, input: mappingText(input) };
    }
    case "event": {
      const { event, filter, includeKept, input } = trigger.config;
      return { ...draft, event, filter: filter ?? "", includeKept, input: mappingText(input) };
    }
    case "form":
      return { ...draft, thanks: trigger.config.thanks ?? "" };
  }
}

/** The config that the API takes, or what keeps it from being one. */
export function configOf(kind: TriggerKind, draft: Draft): { config: object; fault: string | null } {
  if (kind === "form") return { config: ownFields(kind, draft), fault: null };
  const mapping = readMapping(draft.input);
  // Without a mapping a schedule starts runs with nothing, and the others hand on what came.
  const input = mapping.value ?? (kind === "schedule" ? {} : null);
  return { config: { ...ownFields(kind, draft), input }, fault: mapping.fault };
}

/** The config of a trigger after a change; what the form does not show, such as the headers of a webhook, stays as it is. */
export function changedConfig(trigger: Trigger, draft: Draft): { config: object; fault: string | null } {
  const { config, fault } = configOf(trigger.kind, draft);
  return { config: { ...trigger.config, ...config }, fault };
}

function ownFields(kind: TriggerKind, draft: Draft): object {
  switch (kind) {
    case "webhook":
      return { signature: draft.signature, respond: draft.respond };
    case "schedule":
      return { cron: draft.cron, timeZone: draft.timeZone, catchUp: draft.catchUp };
    case "event":
      return {
        event: draft.event.trim(),
        filter: draft.filter.trim() === "" ? null : draft.filter.trim(),
        includeKept: draft.includeKept,
      };
    case "form":
      return { thanks: draft.thanks.trim() === "" ? null : draft.thanks };
  }
}

function readMapping(text: string): { value: unknown; fault: string | null } {
  if (text.trim() === "") return { value: undefined, fault: null };
  // One expression alone needs no quotes.
  if (/^\{\{[\s\S]*\}\}$/.test(text.trim())) return { value: text.trim(), fault: null };
  try {
    return { value: JSON.parse(text), fault: null };
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return { value: undefined, fault: "The input is not JSON. Write an object, or one {{ expression }}." };
  }
}

function mappingText(input: Json): string {
  if (input === null) return "";
  if (typeof input === "string" && /^\{\{[\s\S]*\}\}$/.test(input)) return input;
  return isJsonObject(input) && Object.keys(input).length === 0 ? "" : JSON.stringify(input, null, 2);
}
