import { useEffect, useState } from "react";
import { z } from "zod";
import { breakerListSchema, type Breaker } from "../../contracts/api/breaker.ts";
import { useApi } from "./workspace-context.tsx";

const answerSchema = z.object(breakerListSchema.shape);
const askEveryMs = 10_000;

/** Breakers of the organisation that are not closed, asked again every ten seconds; null until they are known. */
export function useBreakers(): readonly Breaker[] | null {
  const api = useApi();
  const [breakers, setBreakers] = useState<readonly Breaker[] | null>(null);
  useEffect(() => {
    let here = true;
    async function ask() {
      try {
        const { items } = await api.call("GET", "/breakers", answerSchema);
        const open = items.filter(({ state }) => state !== "closed");
        if (here) setBreakers((old) => (JSON.stringify(old) === JSON.stringify(open) ? old : open));
      } catch (problem) {
        // What was known stays shown; the page says itself when nothing can be reached.
        if (!(problem instanceof Error)) throw problem;
      }
    }
    void ask();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void ask();
    }, askEveryMs);
    return () => {
      here = false;
      clearInterval(timer);
    };
  }, [api]);
  return breakers;
}
