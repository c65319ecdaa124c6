import { idParamsSchema } from "../../../contracts/api/common.ts";
import {
  createCredentialSchema,
  credentialListSchema,
  credentialSchema,
  rotateCredentialSchema,
} from "../../../contracts/api/credential.ts";
import { createCredential, deleteCredential, rotateCredential } from "../../credentials/keep-credentials.ts";
import type { Services } from "../../services.ts";
import { route, type Route } from "../route.ts";

const tag = "Credentials";

export function credentialRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "get",
        path: "/credentials",
        action: "credential:read",
        summary: "List credentials, without their secrets",
        tag,
        answers: { 200: { description: "The credentials and what uses them", schema: credentialListSchema } },
      },
      async ({ caller }) => ({ status: 200, body: { items: await services.credentials.list(caller.orgId) } }),
    ),
    route(
      {
        method: "post",
        path: "/credentials",
        action: "credential:write",
        summary: "Store a credential; its secret is never shown again",
        tag,
        body: createCredentialSchema,
        answers: { 201: { description: "The credential", schema: credentialSchema } },
      },
      async ({ caller, body }) => ({ status: 201, body: await createCredential(services, caller, body) }),
    ),
    route(
      {
        method: "post",
        path: "/credentials/{id}/rotate",
        action: "credential:write",
        summary: "Put a new secret in place of the old one",
        tag,
        params: idParamsSchema,
        body: rotateCredentialSchema,
        answers: { 200: { description: "The credential", schema: credentialSchema } },
      },
      async ({ caller, params, body }) => ({
        status: 200,
        body: await rotateCredential(services, caller, params.id, body),
      }),
    ),
    route(
      {
        method: "delete",
        path: "/credentials/{id}",
        action: "credential:write",
        summary: "Delete a credential; the answer names the workflows that use it",
        tag,
        params: idParamsSchema,
        answers: { 200: { description: "What was deleted", schema: credentialSchema } },
      },
      async ({ caller, params }) => ({ status: 200, body: await deleteCredential(services, caller, params.id) }),
    ),
  ];
}
