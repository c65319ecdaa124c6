import { randomUUID } from "node:crypto";
import { DatabaseUnavailable } from "./authorization.ts";
import type { Asker, Policies } from "./authorization.ts";
import { CredentialError, expired } from "./credentials.ts";
import type { Credential } from "./credentials.ts";
import type { Frame, Ref, Version } from "./frames.ts";
import type { Broadcast, Member, Room, TopicName } from "./hub.ts";
import { accessTokenSchema, broadcastSchema, faultOf, presenceSchema, sizeOf } from "./payloads.ts";
import type { ChannelConfig } from "./payloads.ts";
import type { RealtimeServices } from "./services.ts";

/** The connection as a channel sees it. */
export interface ClientLink {
  readonly version: Version;
  readonly headers: Record<string, string>;
  readonly isOpen: boolean;
  send(data: Buffer | string, isBinary: boolean): void;
  sendMessage(message: { joinRef: Ref; ref: Ref; topic: string; event: string; payload: unknown }): void;
}

/** How often an access token's end is looked for at the latest; timers cannot sleep for longer than 24 days. */
const LONGEST_TIMER_MS = 300_000;

const ALL_ALLOWED: Policies = { readBroadcast: true, readPresence: true, writeBroadcast: true, writePresence: true };

/** Everybody may do everything in a public topic; in a private one the policies are asked. @throws DatabaseUnavailable */
export async function readPolicies(
  services: RealtimeServices,
  asker: Asker,
  options: { isPrivate: boolean; presence: boolean },
): Promise<Policies> {
  if (!options.isPrivate) return { ...ALL_ALLOWED };
  const read = await services.authorizer.reading(asker);
  return {
    readBroadcast: read.broadcast,
    readPresence: options.presence ? read.presence : null,
    writeBroadcast: null,
    writePresence: null,
  };
}

/** One joined topic of one connection. What policies said holds until the token is refreshed. */
export class Channel implements Member {
  readonly wireTopic: string;
  readonly joinRef: Ref;
  readonly name: TopicName;
  private readonly link: ClientLink;
  private readonly services: RealtimeServices;
  private readonly config: ChannelConfig;
  private readonly presenceKey: string;
  private readonly onClosed: (channel: Channel) => void;
  private readonly room: Room;
  private credential: Credential;
  private policies: Policies;
  private presenceEnabled: boolean;
  private isTracked = false;
  private isClosed = false;
  private expiry: NodeJS.Timeout | null = null;
  private held: Parameters<Member["send"]>[] | null = [];
  private replayed = new Set<string>();

  /** Enters the topic at once, but keeps what comes until `open`, so that a replay can go first and miss nothing. */
  constructor(options: {
    link: ClientLink;
    services: RealtimeServices;
    name: TopicName;
    joinRef: Ref;
    config: ChannelConfig;
    credential: Credential;
    policies: Policies;
    onClosed: (channel: Channel) => void;
  }) {
    this.link = options.link;
    this.services = options.services;
    this.name = options.name;
    this.wireTopic = `realtime:${options.name.topic}`;
    this.joinRef = options.joinRef;
    this.config = options.config;
    this.presenceEnabled = options.config.presence.enabled;
    this.presenceKey = options.config.presence.key || randomUUID();
    this.credential = options.credential;
    this.policies = options.policies;
    this.onClosed = options.onClosed;
    this.room = this.services.hub.enter(this.name, this);
    this.watchExpiry();
  }

  get version(): Version {
    return this.link.version;
  }

  get mayReadBroadcast(): boolean {
    return this.policies.readBroadcast;
  }

  /** While it is held back a channel hears no changes of presence: the state it gets at `open` contains them. */
  get mayReadPresence(): boolean {
    return this.held === null && this.showsPresence;
  }

  get closed(): boolean {
    return this.isClosed;
  }

  private get showsPresence(): boolean {
    return this.presenceEnabled && this.policies.readPresence === true;
  }

  /** Tells who is present and lets pass what came meanwhile, except what was replayed. */
  open(replayed: Set<string>): void {
    this.replayed = replayed;
    if (this.showsPresence) this.push("presence_state", this.room.presence.state());
    const held = this.held ?? [];
    this.held = null;
    for (const message of held) this.send(...message);
  }

  send(data: Buffer | string, isBinary: boolean, messageId?: string): void {
    if (this.held) this.held.push([data, isBinary, messageId]);
    else if (messageId === undefined || !this.replayed.delete(messageId)) this.link.send(data, isBinary);
  }

  /** One frame from the client; frames of a channel are handled one after the other. */
  handle(frame: Frame): void | Promise<void> {
    if (frame.kind === "broadcast") return this.broadcast(frame, frame);
    switch (frame.event) {
      case "broadcast": {
        const parsed = broadcastSchema.safeParse(frame.payload);
        if (!parsed.success) return this.refuse(frame, `InvalidBroadcastPayload: ${faultOf(parsed.error)}`);
        return this.broadcast(frame, parsed.data);
      }
      case "presence":
        return this.presence(frame);
      case "access_token":
        return this.refreshToken(frame);
      case "phx_leave":
        this.reply(frame, "ok", {});
        return this.close();
      default:
        return this.refuse(frame, `UnknownEvent: a channel understands no event "${frame.event}"`);
    }
  }

  /** Says why in a `system` message and closes, as the hosted product does with a channel it will not go on with. */
  shutDown(reason: string): void {
    if (this.isClosed) return;
    this.system("error", reason);
    this.close();
  }

  /** Leaves the topic and tells the client. */
  close(): void {
    if (this.isClosed) return;
    const { joinRef, wireTopic } = this;
    this.link.sendMessage({ joinRef, ref: joinRef, topic: wireTopic, event: "phx_close", payload: {} });
    this.abandon();
  }

  /** Leaves the topic without a word: the connection is gone, or the client was never told that it had joined. */
  abandon(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    if (this.expiry) clearTimeout(this.expiry);
    this.services.hub.leave(this.name, this);
    this.onClosed(this);
  }

  push(event: string, payload: unknown): void {
    this.link.sendMessage({ joinRef: this.joinRef, ref: null, topic: this.wireTopic, event, payload });
  }

  system(status: "ok" | "error", message: string, extension = "system"): void {
    this.push("system", { extension, status, message, channel: this.name.topic });
  }

  private broadcast(frame: Frame, message: Broadcast & { persist: boolean }): void | Promise<void> {
    const { maxPayloadBytes } = this.services.limits;
    if (sizeOf(message.body) > maxPayloadBytes) {
      return this.refuse(frame, `PayloadSizeExceeded: a payload may have ${String(maxPayloadBytes)} bytes at most`);
    }
    if (message.persist) {
      const reason = "PersistNotSupported: send it from the database with realtime.send to keep it for replay";
      return this.reply(frame, "error", { reason, error: reason });
    }
    const write = () => {
      if (this.policies.writeBroadcast !== true) return this.refuse(frame, this.noWriting());
      const { event, body } = message;
      this.room.broadcast({ event, body }, this.config.broadcast.self ? undefined : this);
      if (this.config.broadcast.ack) this.reply(frame, "ok", {});
    };
    // Without a question to the database a broadcast goes out in the same turn of the event loop.
    return this.policies.writeBroadcast === null ? this.askWriting(frame, write) : write();
  }

  private presence(frame: Frame & { kind: "push" }): void | Promise<void> {
    const parsed = presenceSchema.safeParse(frame.payload);
    if (!parsed.success) return this.refuse(frame, `InvalidPresencePayload: ${faultOf(parsed.error)}`);
    const { event, payload } = parsed.data;
    if (event === "untrack") {
      this.untrack();
      return this.reply(frame, "ok", {});
    }
    if (event !== "track") return this.refuse(frame, `UnknownPresenceEvent: "${event}" is neither track nor untrack`);
    if (sizeOf({ kind: "json", text: JSON.stringify(payload ?? {}) }) > this.services.limits.maxPayloadBytes) {
      return this.refuse(frame, "PayloadSizeExceeded: Track message size exceeded");
    }
    const track = () => {
      if (this.policies.writePresence !== true) return this.refuse(frame, this.noWriting());
      const hadState = this.mayReadPresence;
      this.presenceEnabled = true;
      this.isTracked = true;
      this.room.presence.track(this, this.presenceKey, payload ?? {});
      this.reply(frame, "ok", {});
      if (!hadState && this.mayReadPresence) this.push("presence_state", this.room.presence.state());
    };
    const known = this.policies.writePresence !== null && this.policies.readPresence !== null;
    return known ? track() : this.askWriting(frame, track);
  }

  private untrack(): void {
    this.isTracked = false;
    this.room.presence.remove(this);
  }

  private async askWriting(frame: Frame, then: () => void): Promise<void> {
    const answer = await this.ask(this.asker());
    if (this.isClosed) return;
    if (answer === null) return this.refuse(frame, NO_DATABASE);
    this.policies = answer;
    then();
  }

  /** All that is not known yet; null when the database does not answer. */
  private async ask(asker: Asker): Promise<Policies | null> {
    try {
      const { policies } = this;
      const write = await this.services.authorizer.writing(asker);
      const readPresence = policies.readPresence ?? (await this.services.authorizer.reading(asker)).presence;
      return { ...policies, readPresence, writeBroadcast: write.broadcast, writePresence: write.presence };
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      this.services.log.warn({ err: error.cause, topic: asker.topic }, "realtime could not ask the policies");
      return null;
    }
  }

  private async refreshToken(frame: Frame & { kind: "push" }): Promise<void> {
    const parsed = accessTokenSchema.safeParse(frame.payload);
    if (!parsed.success) return this.refuse(frame, `InvalidAccessToken: ${faultOf(parsed.error)}`);
    const token = parsed.data.access_token;
    // A key is no user's token, and the same token says nothing new.
    if (token === null || token.startsWith("sb_") || token === this.credential.token) return;
    try {
      const credential = await this.services.credentials.fromToken(token);
      const presence = this.presenceEnabled;
      const { isPrivate, topic } = this.name;
      const policies = await readPolicies(this.services, this.asker(credential), { isPrivate, presence });
      if (this.isClosed) return;
      this.applyRefresh(credential, policies, topic);
    } catch (error) {
      if (error instanceof CredentialError) return this.shutDown(error.detail);
      if (error instanceof DatabaseUnavailable) return this.shutDown(error.message);
      throw error;
    }
    if (this.isTracked) await this.confirmPresence();
  }

  private applyRefresh(credential: Credential, policies: Policies, topic: string): void {
    const before = this.policies;
    if (!policies.readBroadcast && policies.readPresence !== true) return this.shutDown(noReading(topic));
    const revoked =
      (before.readBroadcast && !policies.readBroadcast) ||
      (before.readPresence === true && policies.readPresence === false);
    if (revoked) return this.shutDown(`You no longer have permission to read from this Channel topic: ${topic}`);
    this.credential = credential;
    this.policies = policies;
    this.watchExpiry();
  }

  /** Who was present under the old token stays so only if the new one allows it. */
  private async confirmPresence(): Promise<void> {
    if (this.isClosed) return;
    if (this.policies.writePresence === null) this.policies = (await this.ask(this.asker())) ?? this.policies;
    if (this.policies.writePresence === false) this.untrack();
  }

  private watchExpiry(): void {
    if (this.expiry) clearTimeout(this.expiry);
    const { exp } = this.credential.claims;
    if (exp === undefined) return;
    const left = exp * 1000 - Date.now();
    if (left <= 0) return this.shutDown(expired(exp).detail);
    this.expiry = setTimeout(() => this.watchExpiry(), Math.min(left, LONGEST_TIMER_MS));
  }

  private asker(credential = this.credential): Asker {
    return { topic: this.name.topic, claims: credential.claims, headers: this.link.headers };
  }

  private noWriting(): string {
    return `Unauthorized: You do not have permissions to write to this Channel topic: ${this.name.topic}`;
  }

  private refuse(frame: Frame, reason: string): void {
    this.reply(frame, "error", { reason });
  }

  private reply(frame: Frame, status: "ok" | "error", response: object): void {
    if (frame.ref === null) return;
    this.link.sendMessage({
      joinRef: this.joinRef,
      ref: frame.ref,
      topic: this.wireTopic,
      event: "phx_reply",
      payload: { status, response },
    });
  }
}

const NO_DATABASE = "UnableToConnectToProject: Realtime was unable to connect to the project database";

export function noReading(topic: string): string {
  return `You do not have permissions to read from this Channel topic: ${topic}`;
}
