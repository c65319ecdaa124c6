import { encodeBroadcast, encodeMessage } from "./frames.ts";
import type { BroadcastBody, BroadcastMeta, Version } from "./frames.ts";
import { PresenceRoll } from "./presence.ts";
import type { PresenceDiff } from "./presence.ts";

/** A channel as its topic sees it. */
export interface Member {
  readonly version: Version;
  readonly mayReadBroadcast: boolean;
  readonly mayReadPresence: boolean;
  send(data: Buffer | string, isBinary: boolean, messageId?: string): void;
}

export interface Broadcast {
  event: string;
  body: BroadcastBody;
  meta?: BroadcastMeta;
}

/** Public and private topics of one name are two topics: nothing said in public is heard in private, nor the reverse. */
export interface TopicName {
  topic: string;
  isPrivate: boolean;
}

/** The members of one topic and who of them is present. */
export class Room {
  readonly members = new Set<Member>();
  readonly presence: PresenceRoll;
  private readonly wireTopic: string;

  constructor(topic: string) {
    this.wireTopic = `realtime:${topic}`;
    this.presence = new PresenceRoll((diff) => this.sendPresence(diff));
  }

  /** Encodes once for each serializer in use, however many listen. */
  broadcast(message: Broadcast, except?: Member): void {
    const encoded = new Map<Version, ReturnType<typeof encodeBroadcast>>();
    for (const member of this.members) {
      if (member === except || !member.mayReadBroadcast) continue;
      let frame = encoded.get(member.version);
      if (frame === undefined) {
        frame = encodeBroadcast(member.version, this.wireTopic, message);
        encoded.set(member.version, frame);
      }
      if (frame) member.send(frame.data, frame.isBinary, message.meta?.id);
    }
  }

  private sendPresence(diff: PresenceDiff): void {
    const encoded = new Map<Version, Buffer>();
    for (const member of this.members) {
      if (!member.mayReadPresence) continue;
      let frame = encoded.get(member.version);
      if (frame === undefined) {
        const message = { joinRef: null, ref: null, topic: this.wireTopic, event: "presence_diff", payload: diff };
        frame = Buffer.from(encodeMessage(member.version, message));
        encoded.set(member.version, frame);
      }
      member.send(frame, false);
    }
  }
}

/** All topics that somebody listens to. */
export class Hub {
  private readonly rooms = new Map<string, Room>();

  get size(): number {
    return this.rooms.size;
  }

  enter(name: TopicName, member: Member): Room {
    const key = keyOf(name);
    let room = this.rooms.get(key);
    if (!room) {
      room = new Room(name.topic);
      this.rooms.set(key, room);
    }
    room.members.add(member);
    return room;
  }

  leave(name: TopicName, member: Member): void {
    const key = keyOf(name);
    const room = this.rooms.get(key);
    if (!room) return;
    room.members.delete(member);
    room.presence.remove(member);
    if (room.members.size > 0) return;
    room.presence.close();
    this.rooms.delete(key);
  }

  publish(name: TopicName, message: Broadcast): void {
    this.rooms.get(keyOf(name))?.broadcast(message);
  }
}

function keyOf(name: TopicName): string {
  return `${name.isPrivate ? "private" : "public"}:${name.topic}`;
}
