// A stack with one published workflow to which triggers are added: for integration tests alone.
import { afterAll, beforeAll, expect } from "vitest";
import { computingFile, startTestApi, type Reply, type TestApi } from "../http/test-api.ts";

export interface TriggeredRun {
  id: string;
  status: string;
  input: unknown;
  output: unknown;
}

export interface TriggerStage {
  readonly api: TestApi;
  /** Id of the workflow that adds one to `n`. */
  readonly workflow: string;
  /** Secret of the owner's API key. */
  owner(): string;
  /** Stores a workflow and publishes it. Gives its id. */
  publish(file: object): Promise<string>;
  /** Asks for a trigger of the workflow; as the owner unless said. */
  make(body: object, as?: string): Promise<Reply>;
  /** What a trigger started, the first one first. */
  runsOf(trigger: string): Promise<TriggeredRun[]>;
}

/** One stack for all tests of a file. */
export function useTriggers(): TriggerStage {
  let api: TestApi | undefined;
  let workflow = "";
  const built = (): TestApi => {
    if (api === undefined) throw new Error("The stack is built before the first test and not before.");
    return api;
  };
  const stage: TriggerStage = {
    get api() {
      return built();
    },
    get workflow() {
      return workflow;
    },
    owner: () => built().home.keys.owner,
    async publish(file) {
      const made = await built().call("POST", "/workflows", { as: stage.owner(), body: file });
      expect(made.status).toBe(201);
      return made.json.id;
    },
    make: (body, as = stage.owner()) => built().call("POST", `/workflows/${workflow}/triggers`, { as, body }),
    async runsOf(trigger) {
      const { rows } = await built().pool.query<TriggeredRun>(
        "select id, status, input, output from runs where trigger ->> 'triggerId' = $1 order by created_at",
        [trigger],
      );
      return rows;
    },
  };
  beforeAll(async () => {
    api = await startTestApi();
    workflow = await stage.publish(computingFile());
  }, 120_000);
  afterAll(() => api?.stop());
  return stage;
}

/** True once there are runs, and all of them have completed. */
export function ended(runs: TriggeredRun[]): boolean {
  return runs.length > 0 && runs.every((run) => run.status === "completed");
}
