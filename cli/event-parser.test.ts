import { describe, expect, it } from "vitest";
import { createParser } from "./event-parser.ts";

describe("server-sent events", () => {
  it("come whole however the stream is cut", () => {
    const text = ': still here\n\nid: 7\ndata: {"seq":7}\n\nid: 8\r\ndata: a\r\ndata: b\r\n\r\nevent: end\ndata: x\n\n';
    for (let size = 1; size <= text.length; size++) {
      const parser = createParser();
      const messages = [];
      for (let at = 0; at < text.length; at += size) messages.push(...parser.push(text.slice(at, at + size)));
      expect(messages, `cut every ${size}`).toEqual([
        { id: "7", event: "message", data: '{"seq":7}' },
        { id: "8", event: "message", data: "a\nb" },
        { id: "8", event: "end", data: "x" },
      ]);
    }
  });
});
