import { DatabaseUnavailable } from "./authorization.ts";
import { Channel, noReading, readPolicies } from "./channel.ts";
import type { ClientLink } from "./channel.ts";
import { CredentialError } from "./credentials.ts";
import type { Credential } from "./credentials.ts";
import { encodeBroadcast } from "./frames.ts";
import type { Frame } from "./frames.ts";
import { replayMessages } from "./message-store.ts";
import type { StoredMessage } from "./message-store.ts";
import { faultOf, joinSchema } from "./payloads.ts";
import type { ChannelConfig } from "./payloads.ts";
import type { RealtimeServices } from "./services.ts";

/** A join that is refused; the message is the reason in the reply. */
class JoinRefused extends Error {}

export interface JoinContext {
  link: ClientLink;
  services: RealtimeServices;
  /** What the connection's API key speaks for, when the join brings no token of its own. */
  credential: Credential;
  onClosed: (channel: Channel) => void;
}

/** Answers phx_join. The channel is entered, replied to and replayed into, or the reply says why not and it is null. */
export async function joinChannel(context: JoinContext, frame: Frame): Promise<Channel | null> {
  try {
    return await enter(context, frame);
  } catch (error) {
    reply(context, frame, "error", { reason: reasonOf(context, error, frame.topic) });
    return null;
  }
}

async function enter(context: JoinContext, frame: Frame): Promise<Channel | null> {
  const { link, services } = context;
  const { topic, config, token } = parseJoin(frame);
  const name = { topic, isPrivate: config.private };
  if (!name.isPrivate && !services.allowPublic) {
    throw new JoinRefused("PrivateOnly: This project only allows private channels");
  }
  if (config.broadcast.replay && !name.isPrivate) {
    throw new JoinRefused("UnableToReplayMessages: Replay is not allowed for public channels");
  }
  const credential = token === null ? context.credential : await services.credentials.fromToken(token);
  const asker = { topic, claims: credential.claims, headers: link.headers };
  const presence = config.presence.enabled;
  const policies = await readPolicies(services, asker, { isPrivate: name.isPrivate, presence });
  const mayReplay = policies.readBroadcast || !config.broadcast.replay;
  if ((!policies.readBroadcast && policies.readPresence !== true) || !mayReplay) {
    throw new JoinRefused(`Unauthorized: ${noReading(topic)}`);
  }
  if (!link.isOpen) return null;
  // Older clients name a channel by the reference of its join alone.
  const joinRef = frame.joinRef ?? frame.ref;
  const channel = new Channel({
    link,
    services,
    name,
    joinRef,
    config,
    credential,
    policies,
    onClosed: context.onClosed,
  });
  return welcome(context, frame, channel, config);
}

/** From the reply on, in the order in which clients expect it: reply, system messages, replay, then what is live. */
async function welcome(context: JoinContext, frame: Frame, channel: Channel, config: ChannelConfig) {
  let messages: StoredMessage[] = [];
  if (config.broadcast.replay) {
    try {
      messages = await replayMessages(context.services.pool, channel.name.topic, config.broadcast.replay);
    } catch (error) {
      channel.abandon();
      context.services.log.warn({ err: error, topic: frame.topic }, "realtime could not replay");
      throw new JoinRefused("UnableToReplayMessages: Realtime was unable to replay messages");
    }
  }
  if (!context.link.isOpen) channel.abandon();
  if (channel.closed) return null;
  const changes = config.postgres_changes.map((filter, index) => ({ ...filter, id: index + 1 }));
  reply(context, frame, "ok", { postgres_changes: changes });
  if (changes.length > 0) channel.system("error", NO_POSTGRES_CHANGES, "postgres_changes");
  if (config.broadcast.replication_ready && context.services.isFollowingDatabase()) {
    channel.system("ok", "Replication connection established");
  }
  for (const { id, event, body } of messages) {
    const message = { event, body, meta: { id, replayed: true as const } };
    const encoded = encodeBroadcast(context.link.version, channel.wireTopic, message);
    if (encoded) context.link.send(encoded.data, encoded.isBinary);
  }
  channel.open(new Set(messages.map((message) => message.id)));
  return channel;
}

const NO_POSTGRES_CHANGES =
  "postgres_changes is not supported by this Realtime server: send changes as broadcasts with realtime.broadcast_changes in a trigger";

function parseJoin(frame: Frame): { topic: string; config: ChannelConfig; token: string | null } {
  const [, topic] = /^realtime:(.*)$/s.exec(frame.topic) ?? [];
  if (topic === undefined) throw new JoinRefused("unmatched topic");
  if (topic === "") throw new JoinRefused("TopicNameRequired: You must provide a topic name");
  const parsed = joinSchema.safeParse(frame.kind === "push" ? frame.payload : {});
  if (!parsed.success) {
    const code = parsed.error.issues[0]?.path.includes("replay") ? "UnableToReplayMessages" : "InvalidJoinPayload";
    throw new JoinRefused(`${code}: ${faultOf(parsed.error)}`);
  }
  const { config, access_token, user_token } = parsed.data;
  const token = access_token ?? user_token ?? null;
  // supabase-js sends its key here while nobody is signed in; the connection's own key already speaks for that.
  return { topic, config, token: token === null || token === "" || token.startsWith("sb_") ? null : token };
}

function reply(context: JoinContext, frame: Frame, status: "ok" | "error", response: object): void {
  const { joinRef, ref, topic } = frame;
  context.link.sendMessage({ joinRef, ref, topic, event: "phx_reply", payload: { status, response } });
}

function reasonOf(context: JoinContext, error: unknown, topic: string): string {
  if (error instanceof JoinRefused || error instanceof CredentialError) return error.message;
  context.services.log.error({ err: error, topic }, "realtime could not join a channel");
  if (error instanceof DatabaseUnavailable) return `UnableToConnectToProject: ${error.message}`;
  return "UnknownErrorOnChannel: the channel could not be joined, please try again";
}
