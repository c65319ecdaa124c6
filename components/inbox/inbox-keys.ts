"use client";

import { useEffect, useEffectEvent } from "react";

interface InboxKeys {
  move(by: 1 | -1): void;
  decide(kind: "approve" | "reject"): void;
}

/** J and K move, A approves, R rejects; none of them while a person types or a menu is open. */
export function useInboxKeys(keys: InboxKeys): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "j") keys.move(1);
    else if (key === "k") keys.move(-1);
    // A key that repeats while it is held down must not decide one request after the other.
    else if (key === "a" && !event.repeat) keys.decide("approve");
    else if (key === "r" && !event.repeat) keys.decide("reject");
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  const places = "input, textarea, select, [contenteditable=true], [role=menu], [role=dialog], [role=listbox]";
  return target instanceof Element && target.closest(places) !== null;
}
