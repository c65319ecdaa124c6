import { z } from "zod";
import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import type { HttpClient } from "../../engine/ports/http.ts";

export interface Slack {
  /** The Slack user with this address; null when there is none in the workspace. */
  userByEmail(email: string): Promise<string | null>;
  /** The confirmed address of a Slack user; null for bots and for those who have none. */
  emailOf(userId: string): Promise<string | null>;
  /** Writes to a person directly. */
  post(message: { userId: string; text: string; blocks: Json[] }): Promise<void>;
  /** Answers a click, at the address that came with it. */
  respond(url: string, message: Json): Promise<void>;
}

export interface SlackOptions {
  token: string;
  /** `https://slack.com/api`; another one for a proxy of one's own. */
  apiUrl: string;
  http: HttpClient;
}

const answerSchema = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
const userSchema = z.looseObject({
  user: z.looseObject({
    id: z.string(),
    deleted: z.boolean().optional(),
    is_bot: z.boolean().optional(),
    profile: z.looseObject({ email: z.string().optional() }).optional(),
  }),
});

/** Refusals that trying again would not mend. */
const final =
  /^(invalid_auth|not_authed|account_inactive|token_revoked|missing_scope|channel_not_found|is_archived|users_not_found|user_not_found|invalid_blocks)$/;

/** Slack's Web API, as far as decisions need it. Every call goes by the guarded client. */
export function createSlack({ token, apiUrl, http }: SlackOptions): Slack {
  async function call(
    method: string,
    body: Record<string, Json>,
    form: boolean,
  ): Promise<z.infer<typeof answerSchema>> {
    const text = form
      ? new URLSearchParams(Object.entries(body).map(([name, value]) => [name, String(value)])).toString()
      : JSON.stringify(body);
    const response = await http.send({
      method: "POST",
      url: `${apiUrl}/${method}`,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": form ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8",
      },
      body: text,
      timeoutMs: 10_000,
      maxBytes: 1_000_000,
    });
    const answer = response.status === 200 ? answerSchema.safeParse(parse(response.body)) : null;
    if (answer?.success !== true) throw refused(method, `status ${response.status}`, true);
    return answer.data;
  }

  async function user(method: string, body: Record<string, Json>): Promise<z.infer<typeof userSchema>["user"] | null> {
    const answer = await call(method, body, true);
    if (!answer.ok && /^users?_not_found$/.test(answer.error ?? "")) return null;
    if (!answer.ok) throw refused(method, answer.error ?? "unknown", !final.test(answer.error ?? ""));
    const { user: found } = userSchema.parse(answer);
    return found.deleted === true || found.is_bot === true ? null : found;
  }

  return {
    userByEmail: async (email) => (await user("users.lookupByEmail", { email }))?.id ?? null,
    emailOf: async (userId) => (await user("users.info", { user: userId }))?.profile?.email?.toLowerCase() ?? null,
    async post({ userId, text, blocks }) {
      const answer = await call("chat.postMessage", { channel: userId, text, blocks, unfurl_links: false }, false);
      if (!answer.ok) throw refused("chat.postMessage", answer.error ?? "unknown", !final.test(answer.error ?? ""));
    },
    async respond(url, message) {
      await http.send({
        method: "POST",
        url,
        headers: { "content-type": "application/json; charset=utf-8" },
        body: JSON.stringify(message),
        timeoutMs: 10_000,
        maxBytes: 100_000,
      });
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (problem) {
    if (problem instanceof SyntaxError) return undefined;
    throw problem;
  }
}

function refused(method: string, why: string, retryable: boolean): BatonError {
  const message = `Slack refused ${method}: ${why.slice(0, 80)}.`;
  return new BatonError("SERVICE_UNAVAILABLE", message, { retryable });
}
