import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import type { ReadableStream as WebStream } from "node:stream/web";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileStorage, MissingFileError } from "./file-storage.ts";

let folder: string;
let storage: FileStorage;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "baton-files-")), "files");
  storage = new FileStorage(folder);
});
afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

const put = (key: string, content: string) =>
  storage.uploadObject("b", key, undefined, new TextEncoder().encode(content), "text/plain", "no-cache");
const read = async (key: string, headers = {}) => {
  const { body, metadata } = await storage.getObject("b", key, undefined, headers);
  return { text: body === undefined ? null : await text(body as WebStream), metadata };
};

describe("FileStorage", () => {
  it("gives back what it was given, and says what it is", async () => {
    await put("a/b.txt", "hello world");
    const { text, metadata } = await read("a/b.txt");
    expect(text).toBe("hello world");
    expect(metadata).toMatchObject({ size: 11, mimetype: "text/plain", cacheControl: "no-cache", httpStatusCode: 200 });
    expect((await read("a/b.txt", { ifNoneMatch: metadata.eTag })).text).toBeNull();
  });

  it.each([
    ["bytes=0-4", "hello", "bytes 0-4/11"],
    ["bytes=6-", "world", "bytes 6-10/11"],
    ["bytes=-5", "world", "bytes 6-10/11"],
    ["bytes=4-999", "o world", "bytes 4-10/11"],
  ])("serves the range %s", async (range, expected, contentRange) => {
    await put("a", "hello world");
    const part = await read("a", { range });
    expect(part.text).toBe(expected);
    expect(part.metadata).toMatchObject({ contentRange, contentLength: expected.length, httpStatusCode: 206 });
  });

  it("stays in its folder, whatever a key says", async () => {
    for (const key of ["../../outside", "/etc/passwd", "..\\x", "a\0b", "A", "a"]) await put(key, key);
    expect(readdirSync(dirname(folder))).toEqual(["files"]);
    expect((await read("../../outside")).text).toBe("../../outside");
    expect((await read("A")).text).toBe("A");
  });

  it("copies, removes, and knows what is missing", async () => {
    await put("one", "1");
    await storage.copyObject("b", "one", undefined, "c", "two");
    await storage.deleteObjects("b", ["one"]);
    await expect(read("one")).rejects.toThrow(MissingFileError);
    expect((await storage.headObject("c", "two")).size).toBe(1);
    await storage.deleteObject("b", "never");
  });
});
