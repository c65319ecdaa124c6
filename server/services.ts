import type { RequestTracer } from "../engine/ports/tracer.ts";
import type { FallbackModel } from "../contracts/api/model-provider.ts";
import type { Health } from "../contracts/api/health.ts";
import type { Breakers } from "../engine/ports/breakers.ts";
import type { Broadcaster } from "../engine/ports/broadcaster.ts";
import type { RunEnds } from "../engine/ports/run-ends.ts";
import type { RunMailbox } from "../engine/ports/run-mailbox.ts";
import type { StepQueue } from "../engine/ports/step-queue.ts";
import type { Vault } from "../engine/ports/vault.ts";
import type { Catalogue } from "../engine/workflow/definition.ts";
import type { AgentStore } from "./agents/ports.ts";
import type { ApiKeyStore } from "./api-keys/ports.ts";
import type { LinkSigner } from "../engine/ports/link-signer.ts";
import type { ApprovalStore } from "./approvals/ports.ts";
import type { CredentialStore } from "./credentials/ports.ts";
import type { Authenticator } from "./auth/authenticate.ts";
import type { Members } from "./auth/ports.ts";
import type { IdempotencyStore } from "./http/idempotency.ts";
import type { Bucket, RateLimiter } from "./http/rate-limit.ts";
import type { InvitationStore, Mails } from "./invitations/ports.ts";
import type { LimitStore } from "./limits/keep-limits.ts";
import type { Operations } from "./metrics/render-metrics.ts";
import type { Log } from "./log.ts";
import type { Leaving } from "./members/leave-organization.ts";
import type { ModelProviderStore, TryModel } from "./models/ports.ts";
import type { Admission } from "./runs/admission.ts";
import type { RunStore } from "./runs/ports.ts";
import type { AtOnce } from "./runs/run-at-once.ts";
import type { RunWatch } from "./runs/run-watch.ts";
import type { Gallery } from "./templates/gallery.ts";
import type { TemplateStore } from "./templates/ports.ts";
import type { CallbackStore } from "./triggers/callback.ts";
import type { CallbackSigner } from "./triggers/callback-token.ts";
import type { Triggering } from "./triggers/ports.ts";
import type { SlackGate } from "./slack/decide-in-slack.ts";
import type { PlanCache } from "./workflows/plan-cache.ts";
import type { ReadNumbers } from "./workflows/workflow-numbers.ts";
import type { WorkflowStore } from "./workflows/ports.ts";

/** All that the HTTP API needs; container.ts makes it from the environment, tests from memory. */
export interface Services {
  catalogue: Catalogue;
  workflows: WorkflowStore;
  workflowNumbers: ReadNumbers;
  plans: PlanCache;
  runs: RunStore;
  watch: RunWatch;
  admission: Admission;
  atOnce: AtOnce;
  broadcaster: Pick<Broadcaster, "ended">;
  ends: RunEnds;
  mailbox: Pick<RunMailbox, "post">;
  queue: Pick<StepQueue, "wake">;
  approvals: ApprovalStore;
  links: LinkSigner;
  agents: AgentStore;
  limits: LimitStore;
  breakers: Pick<Breakers, "list">;
  keys: ApiKeyStore;
  credentials: CredentialStore;
  modelProviders: ModelProviderStore;
  invitations: InvitationStore;
  /** Null where no Slack app is set up. */
  slack: SlackGate | null;
  leaving: Leaving;
  mails: Mails;
  tryModel: TryModel;
  /** What answers where an organisation has no provider. */
  fallbackModel: FallbackModel;
  /** Seals what is kept secret. */
  vault: Vault;
  triggering: Triggering;
  /** Addresses of waits for a callback. */
  callbacks: CallbackSigner;
  callbackCalls: CallbackStore;
  members: Members;
  auth: Authenticator;
  idempotency: IdempotencyStore;
  limiter: RateLimiter;
  /** What each caller may ask. */
  callerBucket: Bucket;
  gallery: Gallery;
  templates: TemplateStore;
  /** Does the work on an organisation's behalf: it gets that organisation's share of what all of them use, and no more. */
  onBehalfOf<T>(orgId: string, work: () => T): T;
  /** Null where no traces are wanted. */
  tracer: RequestTracer | null;
  health: () => Promise<Health>;
  metrics: { operations: Operations; token: string | undefined };
  /** Address of the product in links that leave it, without a slash at the end. */
  publicUrl: string;
  now: () => number;
  log: Log;
}
