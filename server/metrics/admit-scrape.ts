import { timingSafeEqual } from "node:crypto";

/**
 * Who may read the metrics: whoever has the token where one is set; otherwise only this machine itself, asked directly. A request that
 * came through a proxy on this machine is not this machine's own.
 */
export function mayScrape(
  token: string | undefined,
  request: { authorization: string | undefined; ip: string | null; forwarded: boolean },
): boolean {
  if (token !== undefined) {
    const given = Buffer.from(request.authorization ?? "");
    const wanted = Buffer.from(`Bearer ${token}`);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
  return !request.forwarded && (request.ip === "::1" || (request.ip?.startsWith("127.") ?? false));
}
