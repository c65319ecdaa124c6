import { createHash } from "node:crypto";
import { BatonError } from "../engine/errors.ts";
import { weigh, type Json } from "../engine/json.ts";
import type { Artifact, RunJournal } from "../engine/ports/run-journal.ts";
import { isReference, largeJson, type ArtifactReference } from "../engine/run/artifact.ts";

/** Values that were read lately are kept up to so many bytes of JSON: a loop over a document reads it once. */
const rememberedBytes = 32 * 1024 * 1024;

/** What stands for a value, and the value to be kept; null where it may travel inline. */
export function apart(value: Json): { stands: ArtifactReference; kept: Artifact } | null {
  const json = largeJson(value);
  if (json === null) return null;
  const id = createHash("sha256").update(json).digest("hex");
  return { stands: { $artifact: id, bytes: Buffer.byteLength(json), ...shapeOf(value) }, kept: { id, value, json } };
}

function shapeOf(value: Json): Pick<ArtifactReference, "kind" | "length"> {
  if (Array.isArray(value)) return { kind: "list", length: value.length };
  if (typeof value === "object" && value !== null) return { kind: "object", length: Object.keys(value).length };
  return { kind: "text", length: String(value).length };
}

/** Reads values that were kept apart. One a worker, for all of its runs. */
export class Artifacts {
  readonly #journal: Pick<RunJournal, "artifacts">;
  /** By run and id: a run's steps see its own values alone, whatever id a stranger's data names. The one used last at the end. */
  readonly #recent = new Map<string, { value: Json; bytes: number }>();
  #bytes = 0;

  constructor(journal: Pick<RunJournal, "artifacts">) {
    this.#journal = journal;
  }

  /**
   * Those of a run with these ids; what there is not is left out.
   * @param unwritten values that are on their way into the journal
   */
  async load(runId: string, ids: Iterable<string>, unwritten: readonly Artifact[] = []): Promise<Map<string, Json>> {
    const found = new Map(unwritten.map(({ id, value }) => [id, value]));
    const missing: string[] = [];
    for (const id of ids) {
      if (found.has(id)) continue;
      const known = this.#recent.get(`${runId} ${id}`);
      if (known === undefined) missing.push(id);
      else {
        this.#remember(runId, id, known.value, known.bytes);
        found.set(id, known.value);
      }
    }
    if (missing.length === 0) return found;
    for (const [id, value] of await this.#journal.artifacts(runId, missing)) {
      this.#remember(runId, id, value, weigh(value, rememberedBytes));
      found.set(id, value);
    }
    return found;
  }

  /** The whole of what a step is given. @throws BatonError INTERNAL when a value of it is gone */
  async whole(runId: string, input: Json): Promise<Json> {
    if (!isReference(input)) return input;
    const known = await this.load(runId, [input.$artifact]);
    const value = known.get(input.$artifact);
    if (value !== undefined) return value;
    throw new BatonError("INTERNAL", `The input of a step of run ${runId} is not with the run any more.`);
  }

  #remember(runId: string, id: string, value: Json, bytes: number): void {
    const key = `${runId} ${id}`;
    this.#bytes += bytes - (this.#recent.get(key)?.bytes ?? 0);
    this.#recent.delete(key);
    this.#recent.set(key, { value, bytes });
    for (const [oldest, each] of this.#recent) {
      if (this.#bytes <= rememberedBytes) return;
      this.#recent.delete(oldest);
      this.#bytes -= each.bytes;
    }
  }
}
