import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { StackProcess } from "./stack-process.ts";

/**
 * What the tests steer from their own processes: gates, at which a workflow's HTTP step stands until a test opens them, and the stack as a
 * whole. A gate makes "in the middle of a run" a place instead of a moment.
 *
 * `GET /gate/NAME` is held until `POST /gate/NAME/open`; `GET /gate/NAME/seen` says how many came; `?status=500` answers with that status.
 */
export class StageServer {
  readonly #server: Server;
  readonly #gates = new Map<string, Gate>();
  #stack: StackProcess | null = null;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  }

  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", () => {
        const address = this.#server.address();
        resolve(address !== null && typeof address === "object" ? address.port : 0);
      });
    });
  }

  /** From now on the stack can be stopped and started through `/stack/stop` and `/stack/start`. */
  steer(stack: StackProcess): void {
    this.#stack = stack;
  }

  close(): Promise<void> {
    for (const gate of this.#gates.values()) gate.open();
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://stage");
    const [, kind, name = "", verb] = url.pathname.split("/");
    if (kind === "stack") return this.#steerStack(name, response);
    if (kind !== "gate") return void response.writeHead(404).end();
    const gate = this.#gates.get(name) ?? new Gate();
    this.#gates.set(name, gate);
    if (verb === "open") gate.open();
    if (verb === "seen" || verb === "open") return send(response, 200, { seen: gate.seen, isOpen: gate.isOpen });
    gate.seen += 1;
    await gate.passed;
    const status = Number(url.searchParams.get("status") ?? 200);
    const healed = url.searchParams.get("healed");
    // A fault that a person mends while the run is failed: from then on the same call succeeds.
    const heals = healed !== null && this.#gates.get(healed)?.isOpen === true;
    send(response, heals ? 200 : status, { gate: name, seen: gate.seen });
  }

  async #steerStack(verb: string, response: ServerResponse): Promise<void> {
    if (this.#stack === null) return send(response, 409, { error: "no stack" });
    if (verb === "stop") await this.#stack.stop();
    else if (verb === "start") await this.#stack.start();
    else return send(response, 404, {});
    return send(response, 200, { output: this.#stack.output });
  }
}

class Gate {
  seen = 0;
  isOpen = false;
  readonly passed: Promise<void>;
  #pass: () => void = () => undefined;
  constructor() {
    this.passed = new Promise((resolve) => {
      this.#pass = resolve;
    });
  }
  open(): void {
    this.isOpen = true;
    this.#pass();
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
