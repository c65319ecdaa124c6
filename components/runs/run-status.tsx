import type { RunStatus } from "../../engine/run/status.ts";
import { Status } from "../ui/status.tsx";

/** A run's state. A waiting run waits for a person or for a time; only its page can tell which. */
export function RunStatusMark({ status, as }: { status: RunStatus; as?: "plain" | "badge" | "icon" }) {
  return <Status name={status} {...(as === undefined ? {} : { as })} />;
}
