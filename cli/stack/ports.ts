import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { isCode } from "./process-identity.ts";

/** The ports of a stack. All listen on loopback only, except the web one, which the server binds as it is told. */
export interface Ports {
  web: number;
  postgres: number;
  redis: number;
  supabase: number;
  mail: number;
  model: number;
}

const innerNames = ["postgres", "redis", "supabase", "mail", "model"] as const;

/** Whether a program could listen on this port now, on every address and on loopback alone. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await canListen(port, "127.0.0.1")) && (await canListen(port, undefined));
}

function canListen(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      if (isCode(error, "EADDRINUSE") || isCode(error, "EACCES")) resolve(false);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port that the system says is free. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/**
 * Chooses the ports of a stack whose web port is `web` (0: any), keeping those of the last start where they are still
 * free, because open browser tabs and saved addresses know them.
 *
 * Stacks on neighbouring web ports get blocks of their own (eight each, below the range from which systems hand out
 * temporary ports), so that two that start at the same moment do not choose the same ones; one that may have any web port draws its block.
 * @throws Error when the web port is taken
 */
export async function choosePorts(web: number, previous: Partial<Ports>, needsWeb: boolean): Promise<Ports> {
  const taken = new Set<number>();
  const ports: Ports = { web: 0, postgres: 0, redis: 0, supabase: 0, mail: 0, model: 0 };
  const block = 20_000 + (web === 0 ? 8 * randomInt(1_500) : (web * 8) % 12_000);
  const beside = Array.from({ length: 64 }, (_, offset) => block + offset);
  if (web === 0) {
    ports.web = await pick([previous.web ?? 0, ...beside], taken);
  } else {
    if (needsWeb && !(await isPortFree(web))) {
      throw new Error(
        `Port ${web} is already in use by another program. Stop it, or choose another port: PORT=${web + 100} npm start`,
      );
    }
    taken.add(web);
    ports.web = web;
  }
  for (const name of innerNames) ports[name] = await pick([previous[name] ?? 0, ...beside], taken);
  return ports;
}

async function pick(wishes: number[], taken: Set<number>): Promise<number> {
  for (const port of wishes) {
    if (port === 0 || taken.has(port) || !(await isPortFree(port))) continue;
    taken.add(port);
    return port;
  }
  const port = await freePort();
  if (taken.has(port)) return pick([], taken);
  taken.add(port);
  return port;
}
