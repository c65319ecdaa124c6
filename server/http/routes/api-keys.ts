import {
  apiKeyListSchema,
  apiKeySchema,
  createApiKeySchema,
  createdApiKeySchema,
} from "../../../contracts/api/api-key.ts";
import { idParamsSchema } from "../../../contracts/api/common.ts";
import { isJsonObject } from "../../../engine/json.ts";
import { createApiKey } from "../../api-keys/create-api-key.ts";
import { revokeApiKey } from "../../api-keys/revoke-api-key.ts";
import type { Services } from "../../services.ts";
import { route, type Route } from "../route.ts";

const tag = "API keys";

export function apiKeyRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "get",
        path: "/api-keys",
        action: "api-key:read",
        summary: "List API keys, without their secrets",
        tag,
        answers: { 200: { description: "The keys", schema: apiKeyListSchema } },
      },
      async ({ caller }) => ({ status: 200, body: { items: await services.keys.list(caller.orgId) } }),
    ),
    route(
      {
        method: "post",
        path: "/api-keys",
        action: "api-key:write",
        summary: "Make an API key; its secret is shown this once",
        tag,
        body: createApiKeySchema,
        answers: { 201: { description: "The key with its secret", schema: createdApiKeySchema } },
        // The kept answer would hold the secret in plain text, for a day.
        replay: (body) => (isJsonObject(body) ? { ...body, key: null } : body),
      },
      async ({ caller, body }) => ({ status: 201, body: await createApiKey(services, caller, body) }),
    ),
    route(
      {
        method: "delete",
        path: "/api-keys/{id}",
        action: "api-key:write",
        summary: "Revoke an API key",
        tag,
        params: idParamsSchema,
        answers: { 200: { description: "The revoked key", schema: apiKeySchema } },
      },
      async ({ caller, params }) => ({
        status: 200,
        body: await revokeApiKey({ keys: services.keys, forgetKeys: services.auth.forgetKeys }, caller, params.id),
      }),
    ),
  ];
}
