import { BatonError } from "../../engine/errors.ts";

/** Whether an organisation may queue one more run. */
export interface Admission {
  /** @throws BatonError RUN_QUEUE_FULL, to be tried again later */
  admit(orgId: string): Promise<void>;
  /** Most runs of the organisation that may be queued. */
  most(orgId: string): Promise<number>;
  /** Runs refused by this process so far. */
  refused(): number;
}

interface AdmissionParts {
  limits: {
    /** Runs of the organisation that are queued, counted up to `most`. */
    queued(orgId: string, most: number): Promise<number>;
    /** What the organisation set; null for the deployment's own. */
    get(orgId: string): Promise<{ queuedRuns: number | null }>;
  };
  /** The deployment's own limit. */
  mostQueued: number;
  now: () => number;
}

interface Account {
  queued: number;
  most: number;
  /** Runs started here since it was counted: those that are over already count too, until it is counted again. */
  since: number;
  countedAt: number;
  counting: Promise<void> | null;
}

/** A count is never older than this when it refuses. */
const freshMs = 1_000;
/** How long a count is good enough where there is plenty of room. */
const easyMs = 10_000;
const keptOrganizations = 10_000;

/**
 * Bounds what organisations may queue, without a question to the database for each run: the further from the limit, the longer a count
 * is believed. Several processes each count what they start themselves, so that together they may be some runs over.
 */
export function createAdmission({ limits, mostQueued, now }: AdmissionParts): Admission {
  const accounts = new Map<string, Account>();
  let refused = 0;

  const count = async (orgId: string, account: Account): Promise<void> => {
    const before = account.since;
    const most = (await limits.get(orgId)).queuedRuns ?? mostQueued;
    // Read first: what is started while it counts is counted on top.
    const found = await limits.queued(orgId, most);
    Object.assign(account, { queued: found, most, since: account.since - before, countedAt: now() });
  };
  const recount = (orgId: string, account: Account): Promise<void> =>
    (account.counting ??= count(orgId, account).finally(() => {
      account.counting = null;
    }));
  const accountOf = (orgId: string): Account => {
    const known = accounts.get(orgId);
    if (known !== undefined) return known;
    if (accounts.size >= keptOrganizations) accounts.clear();
    const made: Account = { queued: 0, most: mostQueued, since: 0, countedAt: -Infinity, counting: null };
    accounts.set(orgId, made);
    return made;
  };

  return {
    async admit(orgId) {
      const account = accountOf(orgId);
      const age = now() - account.countedAt;
      const held = account.queued + account.since;
      if (account.countedAt === -Infinity || (age > freshMs && held * 2 > account.most)) await recount(orgId, account);
      // In passing: when it fails, the older count holds until the next one.
      else if (age > easyMs) recount(orgId, account).catch(() => undefined);
      if (account.queued + account.since >= account.most) {
        refused += 1;
        throw full(account.most);
      }
      account.since += 1;
    },
    async most(orgId) {
      return (await limits.get(orgId)).queuedRuns ?? mostQueued;
    },
    refused: () => refused,
  };
}

function full(most: number): BatonError {
  return new BatonError(
    "RUN_QUEUE_FULL",
    `This organisation has ${most.toLocaleString("en")} runs queued, the most it may have. Nothing was stored: start this one again when some have begun.`,
    { retryAfterMs: 2_000 },
  );
}
