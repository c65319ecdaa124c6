import { AsyncLocalStorage } from "node:async_hooks";
import { expect, test } from "vitest";
import { createRunWatch } from "./run-watch.ts";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

test("what is asked for all who watch is on nobody's behalf; what one asks at once is on their own", async () => {
  const behalf = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const heads = async (ids: string[]) => {
    seen.push(behalf.getStore());
    return ids.map((id) => ({ id, lastSeq: 1, status: "running" as const }));
  };
  const watch = createRunWatch({ heads }, log, 1);
  await behalf.run("a", async () => {
    const watching = watch.open("r");
    await watching.head();
    await watching.change(0, 10_000);
    watching.close();
  });
  watch.close();
  expect(seen).toEqual(["a", undefined]);
});
