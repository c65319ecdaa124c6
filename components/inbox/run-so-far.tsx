"use client";

import { useEffect, useState } from "react";
import { z } from "zod";
import { useApi } from "../shell/workspace-context.tsx";
import { moneyWords } from "../ui/time-words.ts";

const figuresSchema = z.object({ cost: z.number(), steps: z.array(z.object({ status: z.string() })) });

/** What the run behind a request has cost until now. Nothing where that cannot be read: the decision does not wait for it. */
export function RunSoFar({ runId }: { runId: string }) {
  const api = useApi();
  const [words, setWords] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    const read = async (): Promise<void> => {
      const run = await api.call("GET", `/runs/${runId}`, figuresSchema);
      const done = run.steps.filter((step) => step.status === "completed").length;
      if (here) setWords(`${moneyWords(run.cost)} so far, ${done} ${done === 1 ? "step" : "steps"} done`);
    };
    read().catch(() => setWords(null));
    return () => {
      here = false;
    };
  }, [api, runId]);
  return words === null ? null : <span className="figures text-muted">{words}</span>;
}
