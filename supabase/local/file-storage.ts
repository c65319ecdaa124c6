import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream as WebStream } from "node:stream/web";
import { pipeline } from "node:stream/promises";
import { z } from "zod";

const sideSchema = z.object({ mimetype: z.string(), cacheControl: z.string(), eTag: z.string() });

/** What is known of a stored file. `contentLength` and `size` are the bytes that an answer carries and of the file. */
export interface FileMetadata {
  cacheControl: string;
  contentLength: number;
  size: number;
  mimetype: string;
  lastModified: Date;
  eTag: string;
  contentRange?: string;
  httpStatusCode: number;
}

/** A missing file, in the shape by which the Storage server recognises one. */
export class MissingFileError extends Error {
  override name = "NoSuchKey";
  readonly code = "ENOENT";
  readonly statusCode = 404;
}

/**
 * Stored files on the local disk. A file's name on disk is a digest of bucket and key: keys come from people, and no
 * key, however it is spelt, may name a place outside the folder or collide with another on a file system that ignores
 * case. The versions that the Storage server hands along are not kept apart, because it removes files by key alone.
 */
export class FileStorage {
  readonly driver = "file";
  readonly #folder: string;
  constructor(folder: string) {
    this.#folder = folder;
  }

  #pathOf(bucket: string, key: string): string {
    const digest = createHash("sha256")
      .update(JSON.stringify([bucket, key]))
      .digest("hex");
    return join(this.#folder, digest.slice(0, 2), digest);
  }

  async uploadObject(
    bucket: string,
    key: string,
    _version: string | undefined,
    body: ReadableStream | WebStream | Uint8Array,
    contentType: string,
    cacheControl: string,
  ): Promise<FileMetadata> {
    const path = this.#pathOf(bucket, key);
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.${randomUUID()}`;
    const hash = createHash("md5");
    try {
      const source = body instanceof Uint8Array ? Readable.from([body]) : Readable.fromWeb(body as WebStream);
      source.on("data", (chunk: Uint8Array) => hash.update(chunk));
      await pipeline(source, createWriteStream(draft));
      const side = { mimetype: contentType, cacheControl, eTag: `"${hash.digest("hex")}"` };
      await writeFile(`${path}.json`, JSON.stringify(side));
      await rename(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
    return this.headObject(bucket, key);
  }

  async headObject(bucket: string, key: string): Promise<FileMetadata> {
    const path = this.#pathOf(bucket, key);
    try {
      const [file, side] = await Promise.all([stat(path), readFile(`${path}.json`, "utf8")]);
      const known = sideSchema.parse(JSON.parse(side));
      return { ...known, size: file.size, contentLength: file.size, lastModified: file.mtime, httpStatusCode: 200 };
    } catch (error) {
      throw asMissing(error, key);
    }
  }

  async getObject(
    bucket: string,
    key: string,
    _version?: string,
    headers?: { ifModifiedSince?: string; ifNoneMatch?: string; range?: string },
  ): Promise<{ metadata: FileMetadata; httpStatusCode: number; body?: ReadableStream }> {
    const metadata = await this.headObject(bucket, key);
    if (headers?.ifNoneMatch !== undefined && headers.ifNoneMatch === metadata.eTag) {
      return { metadata: { ...metadata, httpStatusCode: 304 }, httpStatusCode: 304 };
    }
    const path = this.#pathOf(bucket, key);
    const range = rangeOf(headers?.range, metadata.size);
    const stream = createReadStream(path, range ?? {});
    const body = Readable.toWeb(stream) as ReadableStream;
    if (range === null) return { metadata, httpStatusCode: 200, body };
    const contentLength = range.end - range.start + 1;
    const contentRange = `bytes ${range.start}-${range.end}/${metadata.size}`;
    return { metadata: { ...metadata, contentLength, contentRange, httpStatusCode: 206 }, httpStatusCode: 206, body };
  }

  async deleteObject(bucket: string, key: string): Promise<void> {
    const path = this.#pathOf(bucket, key);
    await Promise.all([rm(path, { force: true }), rm(`${path}.json`, { force: true })]);
  }

  async deleteObjects(bucket: string, keys: string[]): Promise<void> {
    for (const key of keys) await this.deleteObject(bucket, key);
  }

  async copyObject(
    fromBucket: string,
    fromKey: string,
    _fromVersion: string | undefined,
    toBucket: string,
    toKey: string,
  ): Promise<FileMetadata> {
    const from = this.#pathOf(fromBucket, fromKey);
    const to = this.#pathOf(toBucket, toKey);
    await mkdir(dirname(to), { recursive: true });
    try {
      await copyFile(from, to);
      await copyFile(`${from}.json`, `${to}.json`);
    } catch (error) {
      throw asMissing(error, fromKey);
    }
    return this.headObject(toBucket, toKey);
  }

  async privateAssetUrl(bucket: string, key: string): Promise<string> {
    return `file://${this.#pathOf(bucket, key)}`;
  }
}

function asMissing(error: unknown, key: string): unknown {
  const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
  return isAbsent ? new MissingFileError(`There is no file ${key}.`, { cause: error }) : error;
}

/** One range of bytes, as browsers ask for them; null for none, several, or one that makes no sense. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null) return null;
  const [, from = "", to = ""] = match;
  if (from === "" && to === "") return null;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return start <= end ? { start, end } : null;
}
