/** What one client may cost. Sizes in bytes, times in milliseconds. */
export interface RealtimeLimits {
  /** A larger frame closes the connection with 1009 before it is read. */
  maxFrameBytes: number;
  /** A larger broadcast or presence payload is refused with an error reply; the channel stays. */
  maxPayloadBytes: number;
  maxConnections: number;
  maxChannelsPerConnection: number;
  /** Frames a connection may send per second, on average; as many again may come in one burst. */
  maxMessagesPerSecond: number;
  /** Messages of one topic that may wait for the database before the connection is closed. */
  maxQueuedMessages: number;
  /** A client that says nothing for this long is gone (supabase-js sends a heartbeat every 25 s). */
  heartbeatTimeoutMs: number;
  /** A client that has not read this much is dropped: it reconnects and reads the journal. */
  maxBufferedBytes: number;
  /** How long one question to the database may take. */
  databaseTimeoutMs: number;
  /** Rows of realtime.messages are deleted after this time. */
  retentionMs: number;
}

const HOUR = 3_600_000;

/** The hosted product's numbers where it publishes them (payload, channels, heartbeat, retention). */
export const DEFAULT_LIMITS: RealtimeLimits = {
  maxFrameBytes: 3_000_000,
  maxPayloadBytes: 256 * 1024,
  maxConnections: 10_000,
  maxChannelsPerConnection: 100,
  maxMessagesPerSecond: 200,
  maxQueuedMessages: 1_000,
  heartbeatTimeoutMs: 60_000,
  maxBufferedBytes: 8 * 1024 * 1024,
  databaseTimeoutMs: 5_000,
  retentionMs: 72 * HOUR,
};

/** A token bucket: `perSecond` on average, `perSecond` in one burst. */
export class RateMeter {
  private allowance: number;
  private last = performance.now();
  private readonly perSecond: number;

  constructor(perSecond: number) {
    this.perSecond = perSecond;
    this.allowance = perSecond;
  }

  /** Takes one; false when none is left. */
  take(): boolean {
    const now = performance.now();
    this.allowance = Math.min(this.perSecond, this.allowance + ((now - this.last) / 1000) * this.perSecond);
    this.last = now;
    if (this.allowance < 1) return false;
    this.allowance -= 1;
    return true;
  }
}
