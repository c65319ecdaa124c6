import { useEffect, useState } from "react";
import type { z } from "zod";
import { useApi } from "../shell/workspace-context.tsx";

/**
 * What the organisation has that a field may name; null until it is known, or where one may not see it. Read again when somebody
 * who went to make one in another tab comes back. `keep` gives the old value where nothing changed, so that nothing is checked again.
 */
export function useOffered<Value>(
  path: string,
  schema: z.ZodType<Value>,
  keep: (old: Value | null, found: Value) => Value = takeFound,
): Value | null {
  const api = useApi();
  const [value, setValue] = useState<Value | null>(null);
  useEffect(() => {
    let here = true;
    async function load() {
      try {
        const found = await api.call("GET", path, schema);
        if (here) setValue((old) => keep(old, found));
      } catch (problem) {
        // Without it a name can still be typed in, what is chosen stands, and publishing checks it.
        if (!(problem instanceof Error)) throw problem;
      }
    }
    const again = () => void load();
    again();
    window.addEventListener("focus", again);
    return () => {
      here = false;
      window.removeEventListener("focus", again);
    };
  }, [api, path, schema, keep]);
  return value;
}

function takeFound<Value>(_: Value | null, found: Value): Value {
  return found;
}
