import type { Run } from "../records/run.ts";
import { Status } from "../ui/status.tsx";

interface RunStatusMarkProps {
  run: Pick<Run, "status" | "asks">;
  as?: "plain" | "badge" | "icon";
}

/** A run's state, as its own page says it: one that waits may need a person. */
export function RunStatusMark({ run, as }: RunStatusMarkProps) {
  const name = run.status === "waiting" && run.asks ? "waiting-person" : run.status;
  return <Status name={name} {...(as === undefined ? {} : { as })} />;
}
