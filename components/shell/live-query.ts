"use client";

import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import { errorWords } from "../api-client.ts";
import { useOrganizationChannel } from "./organization-channel.tsx";

/** At most one reading in this time: a busy organisation changes a hundred times a second, and a list is read by eyes. */
const paceMs = 800;

export interface LiveQuery<Value> {
  /** What was read last; null before the first reading. Kept while a new one is under way or fails. */
  value: Value | null;
  /** Words for the last reading's failure, else null. */
  error: string | null;
  /** Reads again, now. */
  refresh(): void;
}

/**
 * A value read from the database, read again whenever the organisation's channel hints at a change and when `key` changes.
 * `initial` is what the server rendered, so that nothing is read twice at first.
 */
export function useLiveQuery<Value>(key: string, initial: Value | null, load: () => Promise<Value>): LiveQuery<Value> {
  const { subscribe } = useOrganizationChannel();
  const [held, setHeld] = useState<{ key: string; value: Value | null; error: string | null }>({
    key,
    value: initial,
    error: null,
  });
  const latest = useRef(0);
  const loadNow = useEffectEvent(load);

  const read = useEffectEvent(async (forKey: string) => {
    latest.current += 1;
    const ticket = latest.current;
    try {
      const value = await loadNow();
      // An older answer that comes late must not replace a newer one.
      if (ticket === latest.current) setHeld({ key: forKey, value, error: null });
    } catch (thrown) {
      if (ticket === latest.current) setHeld((old) => ({ ...old, key: forKey, error: errorWords(thrown) }));
    }
  });

  const readNow = useRef<(() => void) | null>(null);
  const first = useRef(initial !== null);
  useEffect(() => {
    if (first.current) first.current = false;
    else void read(key);
  }, [key]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    readNow.current = () => void read(key);
    const stop = subscribe(() => {
      timer ??= setTimeout(() => {
        timer = null;
        void read(key);
      }, paceMs);
    });
    return () => {
      stop();
      readNow.current = null;
      if (timer !== null) clearTimeout(timer);
    };
  }, [subscribe, key]);

  const refresh = useCallback(() => readNow.current?.(), []);

  return { value: held.value, error: held.error, refresh };
}
