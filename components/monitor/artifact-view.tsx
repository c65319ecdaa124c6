"use client";

import { Download, Eye } from "lucide-react";
import { createContext, useContext, useState, type ReactNode } from "react";
import { z } from "zod";
import type { Json } from "../../engine/json.ts";
import type { ArtifactReference } from "../../engine/run/artifact.ts";
import { parseRow, ReadError } from "../records/rows.ts";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { download } from "../ui/download.ts";
import { ErrorState } from "../ui/error-state.tsx";
import { sizeWords } from "../ui/size-words.ts";

const RunContext = createContext<string | null>(null);

/** Says of which run the values inside are, for those that have to be fetched. */
export function ArtifactsOfRun({ run, children }: { run: string | null; children: ReactNode }) {
  return <RunContext value={run}>{children}</RunContext>;
}

const rowSchema = z.object({ value: z.json() }).transform(({ value }): { value: Json } => ({ value }));

/** Gives a value of a run that stands apart from its events. @throws ReadError */
function useArtifactReader(reference: ArtifactReference): (() => Promise<Json | undefined>) | null {
  const open = useSupabase();
  const run = useContext(RunContext);
  if (run === null) return null;
  return async () => {
    const client = await open();
    const answer = await client
      .from("run_artifacts")
      .select("value")
      .eq("run_id", run)
      .eq("id", reference.$artifact)
      .maybeSingle();
    return parseRow("the value", rowSchema, answer)?.value;
  };
}

type Reading = { state: "idle" | "busy" } | { state: "failed"; problem: string } | { state: "read"; value: Json };

interface ArtifactViewProps {
  reference: ArtifactReference;
  /** What the value is, for people. */
  label: string;
  /** Shows the value once it is here. */
  children: (value: Json) => ReactNode;
}

/** Stands for a value that is too large to come with the run: says how large it is, and fetches it for who wants it. */
export function ArtifactView({ reference, label, children }: ArtifactViewProps) {
  const read = useArtifactReader(reference);
  const [reading, setReading] = useState<Reading>({ state: "idle" });

  async function fetched(then: (value: Json) => Reading) {
    if (read === null) return;
    if (reading.state === "read") return void then(reading.value);
    setReading({ state: "busy" });
    try {
      const value = await read();
      setReading(value === undefined ? { state: "failed", problem: "It is not with the run any more." } : then(value));
    } catch (problem) {
      setReading({ state: "failed", problem: "Check the connection, then ask for it again." });
      // Anything else is a fault of ours, which the browser's console is to tell.
      if (!(problem instanceof ReadError)) throw problem;
    }
  }

  const busy = reading.state === "busy";
  return (
    <div className="grid min-w-0 gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md border border-line bg-sunken p-3">
        <p className="min-w-48 flex-1 text-sm text-pretty">
          {shapeWords(reference)}
          <span className="figures block text-xs text-subtle">
            {sizeWords(reference.bytes)}, too much to load unasked
          </span>
        </p>
        {read !== null && (
          <div className="flex gap-2">
            {reading.state !== "read" && (
              <Button
                busy={busy}
                aria-label={`Show ${label}`}
                onClick={() => void fetched((value) => ({ state: "read", value }))}
              >
                <Eye aria-hidden /> Show
              </Button>
            )}
            <Button
              disabled={busy}
              aria-label={`Download ${label}`}
              onClick={() =>
                void fetched((value) => {
                  download(fileOf(value, label));
                  return { state: "read", value };
                })
              }
            >
              <Download aria-hidden /> Download
            </Button>
          </div>
        )}
      </div>
      {reading.state === "failed" && <ErrorState title="The value could not be read" description={reading.problem} />}
      {reading.state === "read" && children(reading.value)}
    </div>
  );
}

function shapeWords({ kind, length }: ArtifactReference): string {
  const count = length.toLocaleString("en");
  if (kind === "text") return `A text of ${count} characters`;
  return kind === "list"
    ? `A list of ${count} ${length === 1 ? "item" : "items"}`
    : `${count} ${length === 1 ? "field" : "fields"}`;
}

function fileOf(value: Json, label: string) {
  const name = label.replaceAll(/^the |[^a-z0-9]+/gi, "-").replaceAll(/^-+|-+$/g, "");
  if (typeof value === "string") return { name: `${name}.md`, type: "text/markdown", text: value };
  return { name: `${name}.json`, type: "application/json", text: JSON.stringify(value, null, 2) };
}
