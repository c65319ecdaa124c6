import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { templateIndexSchema } from "../../contracts/api/template.ts";
import type { Json } from "../../engine/json.ts";
import { workflowFileSchema } from "../../engine/workflow/file.ts";
import type { Log } from "../log.ts";
import type { StoredTemplate } from "./describe-template.ts";

/** The gallery: workflow files that come with the product. */
export interface Gallery {
  list(): Promise<StoredTemplate[]>;
  get(slug: string): Promise<StoredTemplate | null>;
}

const indexName = "index.json";

/** Reads a folder of workflow files with the sidecar `index.json` {slug, category, sampleInput}, once. */
export function createGallery(folder: string, log: Log): Gallery {
  let read: Promise<Map<string, StoredTemplate>> | null = null;

  function templates(): Promise<Map<string, StoredTemplate>> {
    read ??= readGallery(folder, log).catch((error: unknown) => {
      read = null;
      throw error;
    });
    return read;
  }

  return {
    list: async () => [...(await templates()).values()],
    get: async (slug) => (await templates()).get(slug) ?? null,
  };
}

async function readGallery(folder: string, log: Log): Promise<Map<string, StoredTemplate>> {
  const names = (await readdir(folder).catch(none)).filter((name) => name.endsWith(".json") && name !== indexName);
  const index = templateIndexSchema.parse((await readJson(path.join(folder, indexName)).catch(none)) ?? []);
  const order = new Map(index.map((entry, place) => [entry.slug, place]));
  const slugs = names
    .map((name) => name.slice(0, -".json".length))
    .filter((slug) => index.length === 0 || order.has(slug));
  slugs.sort((one, other) => (order.get(one) ?? 0) - (order.get(other) ?? 0) || one.localeCompare(other));

  const templates = new Map<string, StoredTemplate>();
  for (const slug of slugs) {
    const source = await readJson(path.join(folder, `${slug}.json`));
    const parsed = workflowFileSchema.safeParse(source);
    if (!parsed.success) {
      log.warn({ slug, problem: parsed.error.message }, "template left out: it is not a workflow file");
      continue;
    }
    const entry = index[order.get(slug) ?? -1];
    templates.set(slug, {
      slug,
      name: parsed.data.name,
      description: parsed.data.description,
      category: entry?.category ?? "General",
      origin: "baton",
      file: parsed.data,
      source,
      sampleInput: entry?.sampleInput === undefined ? null : await readJson(path.join(folder, entry.sampleInput)),
    });
  }
  return templates;
}

async function readJson(file: string): Promise<Json> {
  return JSON.parse(await readFile(file, "utf8")) as Json;
}

/** A folder or sidecar that is not there is an empty one; every other fault is told. */
function none(error: unknown): [] {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
  throw error;
}
