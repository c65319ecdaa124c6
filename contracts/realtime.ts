import { z } from "zod";
import { runEventSchema } from "../engine/run/event.ts";
import { runStatusSchema } from "../engine/run/status.ts";

/** Private Realtime topics. Row-level security on realtime.messages lets only members of the organisation join. */
export const runTopic = (runId: string): string => `run:${runId}`;
export const organizationTopic = (orgId: string): string => `org:${orgId}`;

/** Topic `run:{id}`, event `events`: journal events `from` to `to`. Large batches come without them: read the journal. */
export const runEventsMessageSchema = z.object({
  runId: z.uuid(),
  from: z.int(),
  to: z.int(),
  status: runStatusSchema,
  events: z.array(runEventSchema).optional(),
});
export type RunEventsMessage = z.infer<typeof runEventsMessageSchema>;

/** Topic `run:{id}`, event `text`: model text as it streams; ephemeral. */
export const runTextMessageSchema = z.object({ step: z.string(), attempt: z.int(), text: z.string() });

/** Topic `org:{id}`, event `run`: the status of a run changed. */
export interface OrganizationRunMessage {
  runId: string;
  workflowId: string;
  status: z.infer<typeof runStatusSchema>;
  seq: number;
}
