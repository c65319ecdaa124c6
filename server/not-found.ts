import { BatonError } from "../engine/errors.ts";

/** What is not there and what belongs to somebody else look alike: an id tells nothing about other organisations. */
export function notFound(what: string): BatonError {
  return new BatonError("NOT_FOUND", `There is no such ${what} in this organisation. Check the id in the address.`);
}
