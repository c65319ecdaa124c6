import { beforeEach, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../engine/json.ts";
import type { Api, ApiRequest } from "./api.ts";
import { storeWorkflow } from "./store-workflow.ts";

interface Stored {
  id: string;
  revision: number;
  draft: JsonObject;
  versions: JsonObject[];
}

/** The workflows of an organisation, spoken to like the HTTP API, and every write that was asked for. */
class Organisation implements Api {
  readonly url = "http://memory";
  readonly stored: Stored[] = [];
  readonly writes: string[] = [];

  open(): Promise<Response> {
    return Promise.reject(new Error("not a stream"));
  }

  async ask<T>(path: string, schema: { parse(value: unknown): T }, request: ApiRequest = {}): Promise<T> {
    const { method = "GET", body } = request;
    if (method !== "GET") this.writes.push(`${method} ${path.replace(/[0-9a-f-]{36}/, "ID")}`);
    return schema.parse(this.answer(method, new URL(path, this.url), body as JsonObject | undefined));
  }

  /** Whether each publication would have broken those who call the workflow. */
  readonly accepted: unknown[] = [];

  private answer(method: string, { pathname, searchParams }: URL, body: JsonObject | undefined): Json {
    const [, , id, action] = pathname.split("/");
    const workflow = this.stored.find((each) => each.id === id);
    if (method === "POST" && id === undefined) {
      const added = { id: crypto.randomUUID(), revision: 1, draft: body ?? {}, versions: [body ?? {}] };
      this.stored.push(added);
      return { id: added.id, version: 1, revision: 1, warnings: [] };
    }
    if (id === undefined) {
      const items = this.stored.filter((each) => String(each.draft["name"]).includes(searchParams.get("search") ?? ""));
      return { items: items.map((each) => this.summary(each)), nextCursor: null };
    }
    if (workflow === undefined) throw new Error(`no ${pathname}`);
    if (action === "export") return workflow.versions[Number(searchParams.get("version")) - 1] ?? null;
    if (action === "publish") {
      workflow.versions.push(workflow.draft);
      this.accepted.push(body?.["acceptBreaking"]);
      return { id: workflow.id, version: workflow.versions.length, warnings: [] };
    }
    if (method === "PUT") {
      expect(body?.["revision"]).toBe(workflow.revision);
      workflow.draft = body?.["definition"] as JsonObject;
      workflow.revision += 1;
    }
    return { ...this.summary(workflow), definition: workflow.draft };
  }

  private summary({ id, revision, draft, versions }: Stored): JsonObject {
    const at = "2026-01-01T00:00:00Z";
    const version = versions.length;
    const name = String(draft["name"]);
    return {
      id,
      name,
      description: "",
      tags: [],
      revision,
      latestVersion: version,
      publishedVersion: version,
      createdAt: at,
      updatedAt: at,
      updatedBy: null,
    };
  }
}

const file: JsonObject = {
  schemaVersion: 1,
  name: "Report",
  nodes: [
    { id: "start", type: "start" },
    { id: "done", type: "output", config: { value: 1 } },
  ],
  edges: [{ id: "a", source: "start", target: "done" }],
};

let api: Organisation;
beforeEach(() => {
  api = new Organisation();
});

describe("bringing a workflow file to a stack", () => {
  it("makes it once, and nothing more while it says the same", async () => {
    expect(await storeWorkflow(api, file)).toMatchObject({ version: 1, how: "imported" });
    // Defaults written out and fields in another order change nothing.
    const { nodes, ...rest } = file;
    const same = { nodes, variables: [], description: "", ...rest } as JsonObject;
    expect(await storeWorkflow(api, same)).toMatchObject({ version: 1, how: "unchanged" });
    expect(api.writes).toEqual(["POST /workflows"]);
  });

  it("takes the name for whole", async () => {
    await storeWorkflow(api, { ...file, name: "Report of the year" });
    expect(await storeWorkflow(api, file)).toMatchObject({ how: "imported" });
    expect(api.stored).toHaveLength(2);
  });

  it("gives a changed file a new version of the same workflow", async () => {
    const first = await storeWorkflow(api, file);
    const changed = { ...file, description: "Now with a description." };
    expect(await storeWorkflow(api, changed)).toEqual({ ...first, version: 2, how: "updated" });
    expect(api.stored).toHaveLength(1);
    await storeWorkflow(api, file, { acceptBreaking: true });
    expect(api.accepted).toEqual([false, true]);
  });

  it("never overwrites a draft that somebody has not published", async () => {
    await storeWorkflow(api, file);
    const own = { ...file, description: "Somebody is at work here." };
    api.stored[0]!.draft = own;
    const beside = await storeWorkflow(api, { ...file, description: "From the file." });
    expect(beside).toMatchObject({ name: "Report (from file)", how: "imported" });
    expect(api.stored[0]).toMatchObject({ draft: own, revision: 1 });
    // The next change goes to the workflow beside it, as its draft is nobody's work.
    expect(await storeWorkflow(api, { ...file, description: "From the file again." })).toMatchObject({
      id: beside.id,
      version: 2,
      how: "updated",
    });
  });

  it("makes a copy when it is asked to", async () => {
    await storeWorkflow(api, file);
    expect(await storeWorkflow(api, file, { copy: true })).toMatchObject({ version: 1, how: "imported" });
    expect(api.stored).toHaveLength(2);
  });
});
