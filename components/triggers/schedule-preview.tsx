"use client";

import { useEffect, useState } from "react";
import { schedulePreviewSchema } from "../../contracts/api/trigger.ts";
import { ApiError, errorWords } from "../api-client.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { momentWords } from "./trigger-words.ts";

/** Asked when typing has rested for this long. */
const restMs = 300;

/** When a schedule fires next, as people of its time zone read it; or why it never does. */
export function SchedulePreview({ cron, timeZone }: { cron: string; timeZone: string }) {
  const api = useApi();
  const [shown, setShown] = useState<{ times: string[]; zone: string } | { fault: string } | null>(null);

  useEffect(() => {
    let here = true;
    async function ask() {
      try {
        const { times } = await api.call("POST", "/schedules/preview", schedulePreviewSchema, {
          cron,
          timeZone,
          count: 3,
        });
        if (here) setShown({ times, zone: timeZone });
      } catch (thrown) {
        const fault = thrown instanceof ApiError ? thrown.faults[0]?.message : undefined;
        if (here) setShown({ fault: fault ?? errorWords(thrown) });
      }
    }
    const timer = setTimeout(() => void ask(), restMs);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [api, cron, timeZone]);

  return (
    <output className="block min-h-4 text-xs text-muted">
      {shown !== null && "fault" in shown && <span className="text-failed">{shown.fault}</span>}
      {shown !== null && "times" in shown && (
        <>Next: {shown.times.map((time) => momentWords(time, shown.zone)).join(" · ")}</>
      )}
    </output>
  );
}
