import { Agent, request } from "node:http";

/** Something that runs a workload once and gives its output: the product, or a minimal interpreter. */
export interface Target {
  name: string;
  /** Runs once. @throws when it did not end well */
  run(): Promise<unknown>;
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** POSTs JSON on a kept connection. Bare node:http, because `fetch` costs a millisecond of this processor and would hide what is measured. */
export function post(url: URL, body: string, headers: Record<string, string> = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method: "POST",
      agent,
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers },
    });
    call.on("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${url.pathname}: ${response.statusCode} ${text.slice(0, 300)}`));
      });
    });
    call.on("error", reject);
    call.end(body);
  });
}

/** Latencies in ms of runs, with so many in flight for so long (and each lane at least once). */
export async function load(run: () => Promise<unknown>, inFlight: number, forMs: number): Promise<number[]> {
  const taken: number[] = [];
  const until = performance.now() + forMs;
  const lane = async (): Promise<void> => {
    do {
      const began = performance.now();
      await run();
      taken.push(performance.now() - began);
    } while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return taken;
}

export function closeConnections(): void {
  agent.destroy();
}
