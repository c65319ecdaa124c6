import { type ApiClient, createApiClient } from "../components/api-client.ts";
import { answerFromNext } from "../server/http/next-app.ts";
import type { Workspace } from "./session.ts";

/** The API asked by a page that the server draws, as the user of this request and without leaving the process. */
export function ownApi({ client, organization }: Workspace): ApiClient {
  return createApiClient(
    async () => client,
    organization.id,
    async (path, init) => answerFromNext(new Request(new URL(path, "http://localhost"), init)),
  );
}
