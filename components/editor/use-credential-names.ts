"use client";

import { useEffect, useState } from "react";
import { z } from "zod";
import { useApi } from "../shell/workspace-context.tsx";

const namesSchema = z.object({ items: z.array(z.object({ name: z.string() })) });

/** Names of the organisation's credentials; null until they are known, or where one may not see them. */
export function useCredentialNames(): readonly string[] | null {
  const api = useApi();
  const [names, setNames] = useState<readonly string[] | null>(null);
  useEffect(() => {
    let here = true;
    async function load() {
      try {
        const { items } = await api.call("GET", "/credentials", namesSchema);
        const found = items.map(({ name }) => name);
        // The same names keep their list, so that nothing is checked again for nothing.
        if (here) setNames((old) => (old !== null && old.join("\n") === found.join("\n") ? old : found));
      } catch (problem) {
        // Without them a name can still be typed in, and publishing checks it.
        if (!(problem instanceof Error)) throw problem;
      }
    }
    const again = () => void load();
    again();
    // Somebody who went to make one in another tab comes back with it.
    window.addEventListener("focus", again);
    return () => {
      here = false;
      window.removeEventListener("focus", again);
    };
  }, [api]);
  return names;
}
