"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { startAnswerSchema } from "../../contracts/api/run.ts";
import { type TemplateSummary, templateSchema, usedTemplateSchema } from "../../contracts/api/template.ts";
import { errorWords } from "../api-client.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { toast } from "../ui/toast.tsx";

export interface TemplateActions {
  /** What is under way, to show it on its button and to begin nothing twice. */
  busy: "use" | "try" | null;
  /** Makes a workflow of one's own and opens it for editing. */
  use(): Promise<void>;
  /** Makes a workflow, starts it on the template's sample input and goes to the run. */
  tryIt(): Promise<void>;
}

export function useTemplateActions({ slug }: Pick<TemplateSummary, "slug">): TemplateActions {
  const api = useApi();
  const router = useRouter();
  const [busy, setBusy] = useState<TemplateActions["busy"]>(null);
  const path = `/templates/${encodeURIComponent(slug)}`;

  async function during(what: "use" | "try", fault: string, work: () => Promise<string>) {
    setBusy(what);
    try {
      router.push(await work());
    } catch (thrown) {
      toast({ tone: "failure", title: fault, description: errorWords(thrown) });
      setBusy(null);
    }
  }

  return {
    busy,
    use: () =>
      during("use", "The template was not copied", async () => {
        const made = await api.call("POST", `${path}/use`, usedTemplateSchema, {});
        return `/workflows/${made.id}/edit`;
      }),
    tryIt: () =>
      during("try", "The template was not tried", async () => {
        const { sampleInput } = await api.call("GET", path, templateSchema);
        const made = await api.call("POST", `${path}/use`, usedTemplateSchema, {});
        const run = await api.call("POST", `/workflows/${made.id}/runs`, startAnswerSchema, {
          input: sampleInput ?? {},
        });
        return `/runs/${run.id}`;
      }),
  };
}
