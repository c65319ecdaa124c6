import type { RawData, WebSocket } from "ws";
import type { Channel, ClientLink } from "./channel.ts";
import type { Credential } from "./credentials.ts";
import { encodeMessage, MalformedFrame, parseFrame } from "./frames.ts";
import type { Frame, Ref, Version } from "./frames.ts";
import { joinChannel } from "./join.ts";
import { Lane } from "./lane.ts";
import { RateMeter } from "./limits.ts";
import type { RealtimeServices } from "./services.ts";

/** Close codes of RFC 6455 and the registry behind it; clients reconnect after each of them. */
const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;
const TRY_AGAIN_LATER = 1013;

/** One WebSocket with its channels. */
export class Connection implements ClientLink {
  readonly version: Version;
  readonly headers: Record<string, string>;
  private readonly socket: WebSocket;
  private readonly services: RealtimeServices;
  private readonly credential: Credential;
  private readonly channels = new Map<string, Channel>();
  /** One per topic, so that a slow question about one topic delays no other and never reorders its own. */
  private readonly lanes = new Map<string, Lane>();
  private readonly meter: RateMeter;
  /** Joins that wait for the database. */
  private joining = 0;
  private heardAt = performance.now();

  constructor(options: {
    socket: WebSocket;
    version: Version;
    headers: Record<string, string>;
    credential: Credential;
    services: RealtimeServices;
    onClosed: (connection: Connection) => void;
  }) {
    this.socket = options.socket;
    this.version = options.version;
    this.headers = options.headers;
    this.credential = options.credential;
    this.services = options.services;
    this.meter = new RateMeter(this.services.limits.maxMessagesPerSecond);
    this.socket.on("message", (data, isBinary) => this.receive(data, isBinary));
    // ws closes by itself after a protocol error (1002, 1007) or a frame that is too large (1009); this only records it.
    this.socket.on("error", (error) => this.services.log.info({ err: error }, "realtime closed a faulty connection"));
    this.socket.on("close", () => {
      for (const channel of this.channels.values()) channel.abandon();
      options.onClosed(this);
    });
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Sends, or drops the client when it does not read: it will reconnect and read what it missed elsewhere. */
  send(data: Buffer | string, isBinary: boolean): void {
    if (!this.isOpen) return;
    if (this.socket.bufferedAmount > this.services.limits.maxBufferedBytes) {
      this.services.log.warn(
        { bufferedBytes: this.socket.bufferedAmount },
        "realtime dropped a client that is too slow",
      );
      // A close frame would wait behind all that was not read.
      this.socket.terminate();
      return;
    }
    this.socket.send(data, { binary: isBinary });
  }

  sendMessage(message: { joinRef: Ref; ref: Ref; topic: string; event: string; payload: unknown }): void {
    this.send(encodeMessage(this.version, message), false);
  }

  /** Closes when nothing was heard for too long. */
  checkHeartbeat(timeoutMs: number): void {
    if (performance.now() - this.heardAt > timeoutMs) this.socket.terminate();
  }

  close(code: number, reason: string): void {
    // A reason may have 123 bytes; ours are ASCII except for what a client sent.
    this.socket.close(
      code,
      Buffer.from(reason)
        .subarray(0, 120)
        .toString("latin1")
        .replaceAll(/[^ -~]/g, "?"),
    );
  }

  terminate(): void {
    this.socket.terminate();
  }

  private receive(data: RawData, isBinary: boolean): void {
    if (!this.isOpen) return;
    this.heardAt = performance.now();
    try {
      const frame = parseFrame(this.version, toBuffer(data), isBinary);
      if (this.meter.take()) this.accept(frame);
      else this.tooFast(frame);
    } catch (error) {
      if (error instanceof MalformedFrame) return this.close(error.closeCode, error.message);
      this.fail(error);
    }
  }

  private accept(frame: Frame): void {
    if (frame.topic === "phoenix") return this.answerSocket(frame);
    let lane = this.lanes.get(frame.topic);
    if (!lane) {
      lane = new Lane((error) => this.fail(error));
      this.lanes.set(frame.topic, lane);
    }
    if (lane.length >= this.services.limits.maxQueuedMessages) {
      return this.close(TRY_AGAIN_LATER, "Too many messages wait for the database");
    }
    lane.run(() => this.dispatch(frame));
    this.forgetIdleLanes();
  }

  private answerSocket(frame: Frame): void {
    const known = frame.event === "heartbeat";
    this.reply(frame, known ? "ok" : "error", known ? {} : { reason: "unmatched topic" });
  }

  private dispatch(frame: Frame): void | Promise<void> {
    if (!this.isOpen) return;
    const channel = this.channels.get(frame.topic);
    if (frame.kind === "push" && frame.event === "phx_join") return this.join(frame, channel);
    if (!channel) {
      // A leave of what is already left is what the client wanted.
      const left = frame.event === "phx_leave";
      return this.reply(frame, left ? "ok" : "error", left ? {} : { reason: "unmatched topic" });
    }
    // From before the topic was joined anew: the channel it speaks of is gone.
    if (frame.joinRef !== null && String(frame.joinRef) !== String(channel.joinRef)) return;
    return channel.handle(frame);
  }

  private async join(frame: Frame, before: Channel | undefined): Promise<void> {
    before?.close();
    if (this.channels.size + this.joining >= this.services.limits.maxChannelsPerConnection) {
      return this.reply(frame, "error", { reason: "ChannelRateLimitReached: Too many channels" });
    }
    const onClosed = (closed: Channel) => {
      if (this.channels.get(closed.wireTopic) === closed) this.channels.delete(closed.wireTopic);
    };
    const { services, credential } = this;
    this.joining += 1;
    const channel = await joinChannel({ link: this, services, credential, onClosed }, frame);
    this.joining -= 1;
    if (channel === null || channel.closed) return;
    this.channels.set(channel.wireTopic, channel);
    if (!this.isOpen) channel.abandon();
  }

  private tooFast(frame: Frame): void {
    const channel = this.channels.get(frame.topic);
    if (channel) channel.shutDown("Too many messages per second");
    else this.close(POLICY_VIOLATION, "Too many messages per second");
  }

  private reply(frame: Frame, status: "ok" | "error", response: object): void {
    const { joinRef, ref, topic } = frame;
    if (ref !== null) this.sendMessage({ joinRef, ref, topic, event: "phx_reply", payload: { status, response } });
  }

  private fail(error: unknown): void {
    this.services.log.error({ err: error }, "realtime failed to handle a message");
    this.close(INTERNAL_ERROR, "Internal error");
  }

  /** Topics are named by clients: lanes of topics that were never joined must not pile up. */
  private forgetIdleLanes(): void {
    if (this.lanes.size <= 2 * this.services.limits.maxChannelsPerConnection) return;
    for (const [topic, lane] of this.lanes) {
      if (lane.isIdle && !this.channels.has(topic)) this.lanes.delete(topic);
    }
  }
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
