import type { Pool } from "pg";
import type { Authorizer } from "./authorization.ts";
import type { CredentialReader } from "./credentials.ts";
import type { Hub } from "./hub.ts";
import type { RealtimeLimits } from "./limits.ts";
import type { RealtimeLog } from "./log.ts";

/** What connections, channels and requests share. */
export interface RealtimeServices {
  hub: Hub;
  authorizer: Authorizer;
  credentials: CredentialReader;
  pool: Pool;
  limits: RealtimeLimits;
  allowPublic: boolean;
  /** Resolves once broadcasts from the database are followed. */
  isFollowingDatabase: () => boolean;
  log: RealtimeLog;
}
