import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBroadcast, encodeMessage, MalformedFrame, parseFrame } from "./frames.ts";

const VERSIONS = ["1.0.0", "2.0.0"] as const;

/** A broadcast as realtime-js packs it: kind, five lengths, encoding, the five texts, the payload. */
function push(texts: string[], encoding: number, payload: Buffer): Buffer {
  const fields = texts.map((text) => Buffer.from(text));
  return Buffer.concat([Buffer.from([3, ...fields.map((field) => field.length), encoding]), ...fields, payload]);
}

describe("parseFrame", () => {
  test("whatever comes, it is a frame or a MalformedFrame", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array().map((bytes) => [Buffer.from(bytes), true] as const),
          fc.uint8Array().map((bytes) => [Buffer.concat([Buffer.from([3]), Buffer.from(bytes)]), true] as const),
          fc.string().map((text) => [Buffer.from(text), false] as const),
          fc.json().map((text) => [Buffer.from(text), false] as const),
        ),
        fc.constantFrom(...VERSIONS),
        ([data, isBinary], version) => {
          try {
            expect(parseFrame(version, data, isBinary).kind).toMatch(/^(push|broadcast)$/);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedFrame);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("reads text frames of both serializers", () => {
    const frame = { kind: "push", joinRef: "1", ref: "2", topic: "realtime:a", event: "e", payload: { x: 1 } };
    const two = JSON.stringify(["1", "2", "realtime:a", "e", { x: 1 }]);
    const one = JSON.stringify({ topic: "realtime:a", event: "e", payload: { x: 1 }, ref: "2", join_ref: "1" });
    expect(parseFrame("2.0.0", Buffer.from(two), false)).toEqual(frame);
    expect(parseFrame("1.0.0", Buffer.from(one), false)).toEqual(frame);
    const bare = parseFrame("1.0.0", Buffer.from('{"topic":"t","event":"e","ref":7}'), false);
    expect(bare).toMatchObject({ joinRef: null, ref: 7 });
  });

  test("reads bytes with all lengths and encodings", () => {
    const name = fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" });
    fc.assert(
      fc.property(name, name, fc.json(), fc.uint8Array(), (topic, event, text, bytes) => {
        fc.pre(Buffer.byteLength(topic) < 256 && Buffer.byteLength(event) < 256);
        const json = parseFrame("2.0.0", push(["1", "2", topic, event, ""], 1, Buffer.from(text)), true);
        expect(json).toMatchObject({ kind: "broadcast", joinRef: "1", ref: "2", topic, event, body: { text } });
        const raw = parseFrame("2.0.0", push(["", "", topic, event, '{"persist":true}'], 0, Buffer.from(bytes)), true);
        expect(raw).toMatchObject({ joinRef: null, ref: null, persist: true, body: { bytes: Buffer.from(bytes) } });
      }),
    );
  });
});

describe("encoding", () => {
  const message = { joinRef: "1", ref: null, topic: "realtime:a", event: "system", payload: { a: 1 } };

  test("messages take the form of the serializer", () => {
    expect(JSON.parse(encodeMessage("2.0.0", message))).toEqual(["1", null, "realtime:a", "system", { a: 1 }]);
    expect(JSON.parse(encodeMessage("1.0.0", message))).toEqual({
      topic: "realtime:a",
      event: "system",
      payload: { a: 1 },
      ref: null,
      join_ref: "1",
    });
  });

  test("a broadcast carries its JSON unchanged, with meta when it has one", () => {
    const body = { kind: "json", text: '{"deep":[1,{"π":"\\u0000"}]}' } as const;
    const meta = { id: "7", replayed: true } as const;
    const payload = { type: "broadcast", event: 'e"', payload: JSON.parse(body.text) as unknown, meta };
    const two = encodeBroadcast("2.0.0", "realtime:ü", { event: 'e"', body, meta });
    expect(JSON.parse(String(two?.data))).toEqual([null, null, "realtime:ü", "broadcast", payload]);
    const one = encodeBroadcast("1.0.0", "realtime:ü", { event: 'e"', body, meta });
    expect(JSON.parse(String(one?.data))).toEqual({ topic: "realtime:ü", event: "broadcast", payload, ref: null });
  });

  test("bytes are for serializer 2.0.0 and short names only", () => {
    const body = { kind: "binary", bytes: Buffer.from([1, 2]) } as const;
    expect(encodeBroadcast("1.0.0", "t", { event: "e", body })).toBeNull();
    expect(encodeBroadcast("2.0.0", "t".repeat(300), { event: "e", body })).toBeNull();
    expect(encodeBroadcast("2.0.0", "t", { event: "e", body })).toEqual({
      data: Buffer.from([4, 1, 1, 0, 0, 0x74, 0x65, 1, 2]),
      isBinary: true,
    });
  });
});
