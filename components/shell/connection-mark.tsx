import { classNames } from "../ui/class-names.ts";
import type { Connection } from "./organization-channel.tsx";

const words: Record<Connection, string> = { connecting: "Connecting", live: "Live", lost: "Reconnecting" };

/** Whether what is on the screen follows what happens. */
export function ConnectionMark({ connection, className }: { connection: Connection; className?: string }) {
  return (
    <output
      className={classNames(
        "inline-flex items-center gap-1.5 text-xs",
        connection === "live" ? "text-completed" : "text-waiting",
        className,
      )}
    >
      <span
        aria-hidden
        className={classNames("size-1.5 rounded-full bg-current", connection !== "live" && "animate-pulse")}
      />
      {words[connection]}
      {connection === "live" ? "" : "…"}
    </output>
  );
}
