import { readFileSync } from "node:fs";
import { z } from "zod";
import { BatonError } from "../../engine/errors.ts";
import type { Purchase, Purse } from "../../engine/ports/purse.ts";
import type { RedisClient } from "./connection.ts";
import { purseKeys } from "./keys.ts";

/** What the journal's database knows of money: the truth that Redis is filled from. */
export interface Ledger {
  spentByRun(runId: string): Promise<number>;
  /** What all runs of the organisation that were started since then have cost. */
  spentByOrganization(orgId: string, since: Date): Promise<number>;
  /** US dollars a calendar month (UTC); null when the organisation set none. */
  monthlyBudget(orgId: string): Promise<number | null>;
}

/** 1e-8 US dollars, the resolution of costs. */
const unit = 1e8;
/** A reservation whose worker died is given back after this: longer than a model call may take. */
const reservationMs = 15 * 60_000;
const runKeepMs = 7 * 24 * 3_600_000;
const monthKeepMs = 40 * 24 * 3_600_000;
/** How long an organisation's budget and the sum of its month are kept in this process. */
const trustMs = 5_000;
const mostTrusted = 5_000;

const source = new URL("./scripts/purse.lua", import.meta.url);
const replySchema = z.tuple([z.number(), z.number(), z.number()]);

interface Account {
  key: string;
  limitUsd: number;
  spentUsd: number;
  keepMs: number;
  whose: string;
  /** For programs. */
  account: "run" | "organization";
}

/** Budgets in Redis, one hash a run and one an organisation and month; each move is one script. */
export function createPurse(redis: RedisClient, ledger: Ledger, now: () => number = Date.now): Purse {
  redis.defineCommand("batonPurse", { numberOfKeys: 1, lua: readFileSync(source, "utf8") });
  const command: unknown = Reflect.get(redis, "batonPurse");
  if (typeof command !== "function") throw new TypeError("ioredis did not define batonPurse.");
  const months = new Map<string, { until: number; account: Promise<Account | null> }>();

  const call = async (...args: (string | number)[]): Promise<[number, number, number]> =>
    replySchema.parse(await command.call(redis, ...args));

  const monthOf = (orgId: string): Promise<Account | null> => {
    const known = months.get(orgId);
    if (known !== undefined && known.until > performance.now()) return known.account;
    if (months.size >= mostTrusted) months.clear();
    const account = monthAccount(ledger, orgId, new Date(now()));
    months.set(orgId, { until: performance.now() + trustMs, account });
    account.catch(() => months.delete(orgId));
    return account;
  };

  const reserveIn = async (account: Account, { key, amountUsd }: Purchase): Promise<void> => {
    const amount = Math.ceil(amountUsd * unit);
    const limit = Math.floor(account.limitUsd * unit);
    const spent = Math.round(account.spentUsd * unit);
    const [taken, ...known] = await call(
      account.key,
      "reserve",
      key,
      amount,
      limit,
      spent,
      reservationMs,
      account.keepMs,
    );
    if (taken === 0) throw exceeded(account, amountUsd, known[0] / unit, known[1] / unit);
  };
  const settleIn = async ({ key, keepMs }: Account, name: string, costUsd: number): Promise<void> => {
    await call(key, "settle", name, Math.round(costUsd * unit), 0, 0, 0, keepMs);
  };

  return {
    async isBounded({ orgId, runBudgetUsd }) {
      return runBudgetUsd !== null || (await monthOf(orgId)) !== null;
    },
    async reserve(purchase) {
      const { runId, orgId, runBudgetUsd } = purchase;
      const month = await monthOf(orgId);
      const accounts: Account[] = month === null ? [] : [month];
      if (runBudgetUsd !== null) {
        const spentUsd = await ledger.spentByRun(runId);
        accounts.unshift({
          key: purseKeys.run(runId),
          limitUsd: runBudgetUsd,
          spentUsd,
          keepMs: runKeepMs,
          whose: "run",
          account: "run",
        });
      }
      const held: Account[] = [];
      try {
        for (const account of accounts) {
          await reserveIn(account, purchase);
          held.push(account);
        }
      } catch (error) {
        // Of two budgets both or none.
        for (const account of held) await settleIn(account, purchase.key, 0);
        throw error;
      }
      return {
        async settle(costUsd) {
          for (const account of held) await settleIn(account, purchase.key, costUsd);
        },
      };
    },
  };
}

async function monthAccount(ledger: Ledger, orgId: string, now: Date): Promise<Account | null> {
  const limitUsd = await ledger.monthlyBudget(orgId);
  if (limitUsd === null) return null;
  const since = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  const spentUsd = await ledger.spentByOrganization(orgId, since);
  const key = purseKeys.month(orgId, since.toISOString().slice(0, 7));
  return {
    key,
    limitUsd,
    spentUsd,
    keepMs: monthKeepMs,
    whose: "organisation, for this month,",
    account: "organization",
  };
}

function money(usd: number): string {
  return `$${usd > 0 && usd < 0.01 ? usd.toPrecision(2) : usd.toFixed(2)}`;
}

function exceeded({ whose, account, limitUsd }: Account, wanted: number, spent: number, held: number): BatonError {
  return new BatonError(
    "BUDGET_EXCEEDED",
    `The budget of the ${whose} is ${money(limitUsd)}: ${money(spent)} is spent and ${money(held)} set aside for calls under way, ` +
      `which leaves too little for this call of up to ${money(wanted)}. Raise the budget and retry the run, or ask for shorter answers.`,
    { details: { account, limitUsd, spentUsd: spent, heldUsd: held, wantedUsd: wanted } },
  );
}
