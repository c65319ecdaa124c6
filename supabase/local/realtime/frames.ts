import { z } from "zod";

/** The two serializers of Phoenix channels that realtime-js speaks, by the `vsn` query parameter. */
export type Version = "1.0.0" | "2.0.0";

/** Phoenix sends references as strings; other clients send numbers. They are echoed as they came. */
export type Ref = string | number | null;

export type BroadcastBody = { kind: "json"; text: string } | { kind: "binary"; bytes: Buffer };

export interface BroadcastMeta {
  id: string;
  replayed?: true;
}

interface Addressed {
  joinRef: Ref;
  ref: Ref;
  topic: string;
}

export type Frame =
  | (Addressed & { kind: "push"; event: string; payload: unknown })
  | (Addressed & { kind: "broadcast"; event: string; body: BroadcastBody; persist: boolean });

/** Bytes that are no frame at all: nobody can be answered, so the connection closes with this code (RFC 6455). */
export class MalformedFrame extends Error {
  readonly closeCode: number;

  constructor(closeCode: 1003 | 1007, message: string) {
    super(message);
    this.name = "MalformedFrame";
    this.closeCode = closeCode;
  }
}

const refSchema = z
  .union([z.string().max(255), z.number()])
  .nullish()
  .transform((ref) => ref ?? null);
const topicSchema = z.string().min(1).max(1024);
const eventSchema = z.string().min(1).max(255);
const textSchemas = {
  "1.0.0": z
    .object({
      topic: topicSchema,
      event: eventSchema,
      payload: z.unknown().optional(),
      ref: refSchema,
      join_ref: refSchema,
    })
    .transform(({ join_ref, payload, ...rest }) => ({ joinRef: join_ref, payload, ...rest })),
  "2.0.0": z
    .tuple([refSchema, refSchema, topicSchema, eventSchema], z.unknown())
    .transform(([joinRef, ref, topic, event, payload]) => ({ joinRef, ref, topic, event, payload })),
};

const USER_BROADCAST_PUSH = 3;
const USER_BROADCAST = 4;
const JSON_ENCODING = 1;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads one WebSocket message.
 * @throws MalformedFrame when it is not a frame of this serializer.
 */
export function parseFrame(version: Version, data: Buffer, isBinary: boolean): Frame {
  if (isBinary) {
    if (version === "1.0.0") throw new MalformedFrame(1003, "Serializer 1.0.0 has no binary frames");
    return parseBinary(data);
  }
  const parsed = textSchemas[version].safeParse(parseJson(data.toString("utf8")));
  if (!parsed.success) throw new MalformedFrame(1007, `Not a frame of serializer ${version}`);
  return { kind: "push", ...parsed.data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedFrame(1007, `Frame is not JSON: ${String(cause)}`);
  }
}

/** kind, five lengths, encoding; then join_ref, ref, topic, event, metadata; what is left is the payload. */
function parseBinary(data: Buffer): Frame {
  if (data[0] !== USER_BROADCAST_PUSH)
    throw new MalformedFrame(1003, `Unknown kind ${String(data[0])} of binary frame`);
  const sizes = [...data.subarray(1, 6)];
  let offset = 7;
  const end = offset + sizes.reduce((sum, size) => sum + size, 0);
  if (data.length < end) throw new MalformedFrame(1007, "Binary frame is shorter than its header says");
  const [joinRef = "", ref = "", topic = "", event = "", metadata = ""] = sizes.map((size) => {
    const text = decodeText(data.subarray(offset, offset + size));
    offset += size;
    return text;
  });
  if (topic === "" || event === "") throw new MalformedFrame(1007, "Binary frame has no topic or no event");
  const meta = metadata === "" ? {} : parseJson(metadata);
  const persist = typeof meta === "object" && meta !== null && "persist" in meta && Boolean(meta.persist);
  const rest = data.subarray(end);
  const body: BroadcastBody =
    data[6] === JSON_ENCODING ? jsonBody(decodeText(rest)) : { kind: "binary", bytes: Buffer.from(rest) };
  return { kind: "broadcast", joinRef: joinRef || null, ref: ref || null, topic, event, body, persist };
}

function decodeText(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new MalformedFrame(1007, `Frame is not UTF-8: ${String(cause)}`);
  }
}

/** Text goes on to others as it came, so it must be JSON here: a receiver's client would throw on anything else. */
function jsonBody(text: string): BroadcastBody {
  parseJson(text);
  return { kind: "json", text };
}

/** A message to one client. */
export function encodeMessage(
  version: Version,
  message: { joinRef: Ref; ref: Ref; topic: string; event: string; payload: unknown },
): string {
  const { joinRef, ref, topic, event, payload } = message;
  return version === "1.0.0"
    ? JSON.stringify({ topic, event, payload, ref, join_ref: joinRef })
    : JSON.stringify([joinRef, ref, topic, event, payload]);
}

/** A message to every member of a topic; null when this serializer cannot carry it (bytes in 1.0.0). */
export function encodeBroadcast(
  version: Version,
  topic: string,
  message: { event: string; body: BroadcastBody; meta?: BroadcastMeta },
): { data: Buffer; isBinary: boolean } | null {
  const { event, body, meta } = message;
  if (body.kind === "binary") {
    return version === "1.0.0" ? null : encodeBytes(topic, event, body.bytes, meta);
  }
  // The payload's text is put in as it is: it was checked when it came and is not worth a second pass per message.
  const metaPart = meta === undefined ? "" : `,"meta":${JSON.stringify(meta)}`;
  const payload = `{"type":"broadcast","event":${JSON.stringify(event)},"payload":${body.text}${metaPart}}`;
  const name = JSON.stringify(topic);
  const text =
    version === "1.0.0"
      ? `{"topic":${name},"event":"broadcast","payload":${payload},"ref":null}`
      : `[null,null,${name},"broadcast",${payload}]`;
  return { data: Buffer.from(text), isBinary: false };
}

function encodeBytes(topic: string, event: string, bytes: Buffer, meta: BroadcastMeta | undefined) {
  const fields = [topic, event, meta === undefined ? "" : JSON.stringify(meta)].map((field) => Buffer.from(field));
  // Lengths are one byte each in this frame; a longer name cannot be sent with bytes.
  if (fields.some((field) => field.length > 255)) return null;
  const header = Buffer.from([USER_BROADCAST, ...fields.map((field) => field.length), 0]);
  return { data: Buffer.concat([header, ...fields, bytes]), isBinary: true };
}
