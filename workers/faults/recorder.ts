import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Recorded {
  path: string;
  /** The step's idempotency key: run, step and attempt. */
  key: string;
}

/** The outside world of a fault test: answers every request and remembers whom it answered. */
export interface Recorder {
  /** `host:port`, as the allow list wants it. */
  host: string;
  url: string;
  requests: Recorded[];
  /** Calls by idempotency key. */
  counts(): Map<string, number>;
  close(): Promise<void>;
}

/** `GET /anything?ms=200&status=503&wide=1000` is answered after 200 ms with 503 and a thousand letters. */
export async function startRecorder(): Promise<Recorder> {
  const requests: Recorded[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://recorder");
    requests.push({ path: url.pathname, key: String(request.headers["idempotency-key"] ?? "") });
    setTimeout(
      () => {
        response.writeHead(Number(url.searchParams.get("status") ?? 200), { "content-type": "application/json" });
        const wide = "w".repeat(Number(url.searchParams.get("wide") ?? 0));
        response.end(JSON.stringify({ path: url.pathname, ...(wide === "" ? {} : { wide }) }));
      },
      Number(url.searchParams.get("ms") ?? 0),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    requests,
    counts() {
      const counts = new Map<string, number>();
      for (const { key } of requests) counts.set(key, (counts.get(key) ?? 0) + 1);
      return counts;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
