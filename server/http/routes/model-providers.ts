import { idParamsSchema } from "../../../contracts/api/common.ts";
import {
  createModelProviderSchema,
  modelProviderListSchema,
  modelProviderSchema,
  testedModelProviderSchema,
  testModelProviderSchema,
  updateModelProviderSchema,
} from "../../../contracts/api/model-provider.ts";
import { emptyBodySchema } from "../../../contracts/api/run.ts";
import { createProvider, deleteProvider, putProviderFirst, updateProvider } from "../../models/keep-providers.ts";
import { testProvider } from "../../models/test-provider.ts";
import type { Caller } from "../../auth/caller.ts";
import type { Services } from "../../services.ts";
import { route, type Answer, type Route } from "../route.ts";

const tag = "Model providers";
const bodyBytes = 128_000;

export function modelProviderRoutes(services: Services): Route[] {
  const list = async (caller: Caller): Promise<Answer> => ({
    status: 200,
    body: { items: await services.modelProviders.list(caller.orgId), fallback: services.fallbackModel },
  });
  return [
    route(
      {
        method: "get",
        path: "/model-providers",
        action: "model-provider:read",
        summary: "List model providers in the order in which they are asked, without their keys",
        tag,
        answers: {
          200: { description: "The providers, and what answers without any", schema: modelProviderListSchema },
        },
      },
      async ({ caller }) => list(caller),
    ),
    route(
      {
        method: "post",
        path: "/model-providers",
        action: "model-provider:write",
        summary: "Add a model provider; its key is never shown again",
        tag,
        body: createModelProviderSchema,
        maxBytes: bodyBytes,
        answers: { 201: { description: "The provider", schema: modelProviderSchema } },
      },
      async ({ caller, body }) => ({ status: 201, body: await createProvider(services, caller, body) }),
    ),
    route(
      {
        method: "put",
        path: "/model-providers/{id}",
        action: "model-provider:write",
        summary: "Change a model provider; without a key the stored one stays",
        tag,
        params: idParamsSchema,
        body: updateModelProviderSchema,
        maxBytes: bodyBytes,
        answers: { 200: { description: "The provider", schema: modelProviderSchema } },
      },
      async ({ caller, params, body }) => ({
        status: 200,
        body: await updateProvider(services, caller, params.id, body),
      }),
    ),
    route(
      {
        method: "post",
        path: "/model-providers/{id}/first",
        action: "model-provider:write",
        summary: "Make a provider the first one asked",
        tag,
        params: idParamsSchema,
        body: emptyBodySchema.default({}),
        answers: { 200: { description: "The providers in their new order", schema: modelProviderListSchema } },
      },
      async ({ caller, params }) => {
        await putProviderFirst(services, caller, params.id);
        return list(caller);
      },
    ),
    route(
      {
        method: "delete",
        path: "/model-providers/{id}",
        action: "model-provider:write",
        summary: "Delete a model provider",
        tag,
        params: idParamsSchema,
        answers: { 200: { description: "The providers that are left", schema: modelProviderListSchema } },
      },
      async ({ caller, params }) => {
        await deleteProvider(services, caller, params.id);
        return list(caller);
      },
    ),
    route(
      {
        method: "post",
        path: "/model-provider-tests",
        action: "model-provider:write",
        summary: "Ask a provider one short question, before or after it is stored",
        tag,
        body: testModelProviderSchema,
        answers: { 200: { description: "Whether it answered, and why not", schema: testedModelProviderSchema } },
      },
      async ({ caller, body }) => ({ status: 200, body: await testProvider(services, caller, body) }),
    ),
  ];
}
