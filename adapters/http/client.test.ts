import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { gzipSync, brotliCompressSync } from "node:zlib";
import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import type { BoundCredential } from "../../engine/ports/credentials.ts";
import type { HttpRequest } from "../../engine/ports/http.ts";
import { createHttpClient } from "./client.ts";
import type { GuardedHttp, HttpClientOptions } from "./client.ts";

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function serve(
  listener: RequestListener,
  host = "127.0.0.1",
): Promise<{ url: string; port: number; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    seen.push(request);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  open.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://${host}:${port}`, port, seen };
}

function client(options: Partial<HttpClientOptions> = {}): GuardedHttp {
  const made = createHttpClient({ allowPrivate: true, log: pino({ level: "silent" }), ...options });
  open.push(() => made.close());
  return made;
}

function get(url: string, over: Partial<HttpRequest> = {}): HttpRequest {
  return { method: "GET", url, headers: {}, timeoutMs: 2_000, maxBytes: 100_000, ...over };
}

/** A look-up that gives each of these answers in turn, the last one for ever. */
function answering(...answers: string[][]): { lookup: LookupFunction; asked: () => number } {
  let count = 0;
  const lookup: LookupFunction = (_name, _options, done) => {
    const addresses = answers[Math.min(count++, answers.length - 1)] ?? [];
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  return { lookup, asked: () => count };
}

const unknown: LookupFunction = (_name, _options, done) =>
  done(Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" }), []);

const code = (name: string) => expect.objectContaining({ name: "BatonError", code: name });

describe("ordinary requests", () => {
  test("method, headers and body go out; status, headers, body and address come back", async () => {
    const { url, seen } = await serve((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => response.writeHead(201, { "content-type": "text/plain", "x-a": "1" }).end(`got ${body}`));
    });
    const answer = await client({ userAgent: "Test/1" }).send(
      get(`${url}/p?q=1#part`, {
        method: "POST",
        headers: { "Content-Type": "text/plain", "X-Mine": "yes" },
        body: "hé",
      }),
    );
    expect(answer).toMatchObject({ status: 201, body: "got hé", url: `${url}/p?q=1`, headers: { "x-a": "1" } });
    expect(seen[0]).toMatchObject({ method: "POST", url: "/p?q=1" });
    expect(seen[0]!.headers).toMatchObject({ "x-mine": "yes", "user-agent": "Test/1", "content-length": "3" });
  });

  test("packed answers are unpacked, other charsets decoded, error statuses are answers", async () => {
    const { url } = await serve((request, response) => {
      if (request.url === "/gzip") response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("packed"));
      else if (request.url === "/br")
        response.writeHead(200, { "content-encoding": "br" }).end(brotliCompressSync("packed"));
      else if (request.url === "/latin") {
        response.writeHead(200, { "content-type": "text/plain; charset=iso-8859-1" }).end(Buffer.from([0xe9]));
      } else response.writeHead(503).end("busy");
    });
    const http = client();
    expect((await http.send(get(`${url}/gzip`))).body).toBe("packed");
    expect((await http.send(get(`${url}/br`))).body).toBe("packed");
    expect((await http.send(get(`${url}/latin`))).body).toBe("é");
    expect(await http.send(get(url))).toMatchObject({ status: 503, body: "busy" });
    expect(await http.send(get(url, { method: "HEAD" }))).toMatchObject({ status: 503, body: "" });
  });
});

describe("addresses", () => {
  test("every way to write loopback is refused, and nothing arrives", async () => {
    const { port, seen } = await serve((_request, response) => response.end("secret inside"));
    const http = client({ allowPrivate: false, allowedPorts: [port] });
    for (const host of [
      "127.0.0.1",
      "2130706433",
      "0177.0.0.1",
      "0x7f.1",
      "127.1",
      "①②⑦.⓪.⓪.①",
      "127。0。0。1",
      "0.0.0.0",
      "localhost",
      "[::1]",
      "[::]",
      "[::ffff:127.0.0.1]",
      "[fe80::1]",
      "[fc00::1]",
      "[64:ff9b::7f00:1]",
      "169.254.169.254",
      "2852039166",
      "0xA9FEA9FE",
      "100.100.100.200",
      "[fd00:ec2::254]",
    ]) {
      const refused = await http.send(get(`http://${host}:${port}/`)).catch((error: unknown) => error);
      expect([host, refused]).toEqual([host, code("HTTP_BLOCKED")]);
      expect((refused as Error).message).not.toContain("secret inside");
      await expect(http.fetch(`http://${host}:${port}/`)).rejects.toMatchObject({ cause: code("HTTP_BLOCKED") });
    }
    expect(seen).toEqual([]);
  });

  test.each([
    "file:///proc/self/environ",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "ftp://127.0.0.1/",
    "data:text/plain,x",
    "jar:http://x!/",
    "unix:/var/run/docker.sock",
    "http://user@127.0.0.1@evil.example/",
    "https://user:secret@example.com/",
  ])("%s is refused before anything is opened", async (url) => {
    const http = client();
    await expect(http.send(get(url))).rejects.toEqual(code("HTTP_BLOCKED"));
    await expect(http.send(get(url))).rejects.not.toMatchObject({ message: expect.stringContaining("secret") });
    await expect(http.fetch(url)).rejects.toEqual(code("HTTP_BLOCKED"));
  });

  test.each(["", "not an address", "http://", "//example.com", "http://[fe80::1%25eth0]/"])(
    "%j is no address",
    async (url) => {
      await expect(client().send(get(url))).rejects.toMatchObject({ code: "HTTP_FAILED", retryable: false });
    },
  );

  test("a public name on another port than the web's is refused", async () => {
    const { lookup } = answering(["8.8.8.8"]);
    await expect(client({ allowPrivate: false, lookup }).send(get("http://redis.example:6379/"))).rejects.toEqual(
      code("HTTP_BLOCKED"),
    );
  });
});

describe("names", () => {
  // 127.0.0.1 stands for a public address, 127.0.0.2 for an inner one.
  const allowPrivate = ["127.0.0.1/32"];
  test("a name that changes its mind is asked once for each connection, and that answer is used", async () => {
    const outer = await serve((_request, response) => response.setHeader("connection", "close").end("outer"));
    const { lookup, asked } = answering(["127.0.0.1"], ["127.0.0.2"]);
    const http = client({ allowPrivate, lookup });
    expect((await http.send(get(`http://rebind.example:${outer.port}/`))).body).toBe("outer");
    expect(asked()).toBe(1);
    await expect(http.send(get(`http://rebind.example:${outer.port}/`))).rejects.toEqual(code("HTTP_BLOCKED"));
    expect(asked()).toBe(2);
    expect(outer.seen).toHaveLength(1);
  });

  test.each([[["127.0.0.1", "127.0.0.2"]], [["127.0.0.1", "::1"]], [["::ffff:127.0.0.2"]], [[]]])(
    "answers %j: one that is not allowed spoils all",
    async (addresses) => {
      const outer = await serve((_request, response) => response.end("outer"));
      const { lookup } = answering(addresses);
      await expect(client({ allowPrivate, lookup }).send(get(`http://mixed.example:${outer.port}/`))).rejects.toEqual(
        code("HTTP_BLOCKED"),
      );
      expect(outer.seen).toEqual([]);
    },
  );

  test("a name that does not exist fails as such", async () => {
    await expect(client({ lookup: unknown }).send(get("http://nowhere.example/"))).rejects.toMatchObject({
      code: "HTTP_FAILED",
      retryable: true,
      message: expect.stringContaining("could not be found"),
    });
  });
});

describe("redirects", () => {
  test("are followed with the method that browsers use", async () => {
    const { url, seen } = await serve((request, response) => {
      const status = Number(request.url!.slice(1));
      if (status > 300) response.writeHead(status, { location: "/0" }).end("moved");
      else response.end(`${request.method} ${request.headers["content-type"] ?? "-"}`);
    });
    const post = { method: "POST", body: "x", headers: { "content-type": "text/plain" } } as const;
    expect((await client().send(get(`${url}/302`, post))).body).toBe("GET -");
    expect((await client().send(get(`${url}/307`, post))).body).toBe("POST text/plain");
    expect((await client().send(get(`${url}/303`, { ...post, method: "PUT" }))).body).toBe("GET -");
    expect(seen).toHaveLength(6);
  });

  test("each target is judged again", async () => {
    const inner = await serve((_request, response) => response.end("inner"), "127.0.0.2");
    for (const location of [`${inner.url}/`, "file:///etc/passwd", "http://169.254.169.254/", "//127.0.0.2:1/"]) {
      const outer = await serve((_request, response) => response.writeHead(302, { location }).end());
      await expect(client({ allowPrivate: ["127.0.0.1/32"] }).send(get(outer.url))).rejects.toEqual(
        code("HTTP_BLOCKED"),
      );
    }
    expect(inner.seen).toEqual([]);
  });

  test("secrets stay behind when the host changes, and travel when it does not", async () => {
    const other = await serve((_request, response) => response.end("other"));
    const first = await serve((request, response) => {
      if (request.url === "/out") response.writeHead(307, { location: `${other.url}/` }).end();
      else if (request.url === "/in") response.writeHead(307, { location: "/end" }).end();
      else response.end("first");
    });
    const headers = {
      Authorization: "Bearer s",
      Cookie: "a=1",
      "X-API-Key": "k",
      "api-key": "k",
      "X-Auth": "k",
      "X-Plain": "p",
    };
    await client().send(get(`${first.url}/out`, { headers }));
    await client().send(get(`${first.url}/in`, { headers }));
    expect(other.seen[0]!.headers).toMatchObject({ "x-plain": "p" });
    for (const name of ["authorization", "cookie", "x-api-key", "api-key", "x-auth"]) {
      expect(other.seen[0]!.headers).not.toHaveProperty(name);
      expect(first.seen.at(-1)!.headers).toHaveProperty(name);
    }
  });

  test("end after five", async () => {
    const { url, seen } = await serve((_request, response) => response.writeHead(302, { location: "/again" }).end());
    await expect(client().send(get(url))).rejects.toMatchObject({ code: "HTTP_FAILED", retryable: false });
    expect(seen).toHaveLength(6);
  });
});

describe("a credential", () => {
  const credential = (port: number, over: Partial<BoundCredential> = {}): BoundCredential => ({
    name: "shop",
    hosts: [`127.0.0.1:${port}`],
    headers: { "X-Plain": "s3cret" },
    query: {},
    ...over,
  });

  test("goes to its own hosts only, and nothing is sent elsewhere", async () => {
    const { url, port, seen } = await serve((_request, response) => response.end("ok"));
    await client().send(get(`${url}/a?b=1`, { credential: credential(port, { query: { key: "k 1" } }) }));
    expect(seen[0]).toMatchObject({ url: "/a?b=1&key=k+1", headers: { "x-plain": "s3cret" } });
    for (const hosts of [["127.0.0.1"], ["example.com"], ["*.0.0.1"], [`127.0.0.1:${port + 1}`], []]) {
      await expect(client().send(get(url, { credential: credential(port, { hosts }) }))).rejects.toEqual(
        code("CREDENTIAL_UNUSABLE"),
      );
    }
    expect(seen).toHaveLength(1);
  });

  test("covers names below a domain, and not one that only ends alike", async () => {
    const { port, seen } = await serve((_request, response) => response.end("ok"));
    const { lookup } = answering(["127.0.0.1"]);
    const hosts = [`*.shop.test:${port}`];
    await client({ lookup }).send(get(`http://api.shop.test:${port}/`, { credential: credential(port, { hosts }) }));
    for (const host of ["shop.test", "evilshop.test", "api.shop.test.evil.test"]) {
      const asked = get(`http://${host}:${port}/`, { credential: credential(port, { hosts }) });
      await expect(client({ lookup }).send(asked)).rejects.toEqual(code("CREDENTIAL_UNUSABLE"));
    }
    expect(seen).toHaveLength(1);
  });

  test("never follows a redirect to another host, whatever its header is called, nor comes back", async () => {
    let otherUrl = "";
    const first = await serve((request, response) => {
      if (request.url?.startsWith("/back")) response.end("back");
      else response.writeHead(307, { location: otherUrl }).end();
    });
    const other = await serve((_request, response) => response.writeHead(307, { location: `${first.url}/back` }).end());
    otherUrl = `${other.url}/`;
    const hosts = [`127.0.0.1:${first.port}`, `127.0.0.1:${other.port}`];
    await client().send(get(`${first.url}/`, { credential: credential(first.port, { hosts, query: { key: "k" } }) }));
    expect(first.seen[0]!.headers).toHaveProperty("x-plain", "s3cret");
    expect(other.seen[0]!.headers).not.toHaveProperty("x-plain");
    expect(other.seen[0]!.url).toBe("/");
    expect(first.seen[1]!.headers).not.toHaveProperty("x-plain");
  });
});

describe("headers", () => {
  test.each([
    "Host",
    "Content-Length",
    "Transfer-Encoding",
    "Connection",
    "Proxy-Authorization",
    "X-Forwarded-For",
    "Upgrade",
    " host ",
  ])("%s is ours", async (name) => {
    await expect(client().send(get("http://127.0.0.1:1/", { headers: { [name]: "x" } }))).rejects.toEqual(
      code("HTTP_BLOCKED"),
    );
  });

  test.each([
    ["x-a", "1\r\nHost: evil"],
    ["x-a\r\nHost", "evil"],
    ["x-a", "\u0000"],
    ["", "1"],
  ])("%j: %j does not split the request", async (name, value) => {
    await expect(client().send(get("http://127.0.0.1:1/", { headers: { [name]: value } }))).rejects.toMatchObject({
      code: "HTTP_FAILED",
      retryable: false,
    });
  });
});

describe("caps", () => {
  test("size, declared, sent or unpacked", async () => {
    const { url } = await serve((request, response) => {
      if (request.url === "/declared") response.writeHead(200, { "content-length": "5000" }).end(Buffer.alloc(5_000));
      else if (request.url === "/bomb") {
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(50_000_000)));
      } else {
        const more = () => response.write(Buffer.alloc(1_000), () => !response.destroyed && setImmediate(more));
        more();
      }
    });
    for (const path of ["/declared", "/bomb", "/endless"]) {
      await expect(client().send(get(url + path, { maxBytes: 2_000 }))).rejects.toEqual(code("HTTP_TOO_LARGE"));
    }
  });

  test("a damaged or unknown packing is an error", async () => {
    const { url } = await serve((request, response) =>
      response.writeHead(200, { "content-encoding": request.url!.slice(1) }).end("not packed"),
    );
    await expect(client().send(get(`${url}/gzip`))).rejects.toEqual(code("HTTP_FAILED"));
    await expect(client().send(get(`${url}/lzma`))).rejects.toEqual(code("HTTP_FAILED"));
    await expect(client().send(get(`${url}/gzip,gzip,gzip`))).rejects.toEqual(code("HTTP_FAILED"));
  });

  test.each(["silent", "slow body"])("time: %s, and the socket is closed", async (kind) => {
    let closed = 0;
    const { url } = await serve((request, response) => {
      request.socket.on("close", () => closed++);
      if (kind === "slow body") response.write("begin");
    });
    await expect(client().send(get(url, { timeoutMs: 80 }))).rejects.toEqual(code("STEP_TIMEOUT"));
    await expect.poll(() => closed).toBe(1);
  });

  test("stopping closes the socket", async () => {
    let closed = 0;
    const { url, seen } = await serve((request) => request.socket.on("close", () => closed++));
    const stop = new AbortController();
    const pending = client().send(get(url, { signal: stop.signal }));
    await expect.poll(() => seen.length).toBe(1);
    stop.abort();
    await expect(pending).rejects.toMatchObject({ code: "HTTP_FAILED", message: expect.stringContaining("stopped") });
    await expect.poll(() => closed).toBe(1);
    await expect(client().send(get(url, { signal: stop.signal }))).rejects.toEqual(code("HTTP_FAILED"));
  });

  test("cut and refused connections are failures that may be tried again", async () => {
    const { url } = await serve((request) => request.socket.destroy());
    await expect(client().send(get(url))).rejects.toMatchObject({ code: "HTTP_FAILED", retryable: true });
    await expect(client().send(get("http://127.0.0.1:1/"))).rejects.toMatchObject({
      code: "HTTP_FAILED",
      message: "The request to 127.0.0.1:1 failed: nothing answers there.",
    });
  });
});

test("the guarded fetch streams and refuses redirects", async () => {
  const { url } = await serve((request, response) => {
    if (request.url === "/away") response.writeHead(302, { location: "/" }).end();
    else response.end("streamed");
  });
  const http = client();
  expect(await (await http.fetch(url, { method: "POST", body: "x" })).text()).toBe("streamed");
  await expect(http.fetch(`${url}/away`)).rejects.toThrow();
});
