import { formParamsSchema, formSchema, submitFormSchema, submittedFormSchema } from "../../../contracts/api/form.ts";
import type { Services } from "../../services.ts";
import { findForm, showForm, submitForm } from "../../triggers/form.ts";
import { refuseOver } from "../hooks.ts";
import type { Bucket } from "../rate-limit.ts";
import { publicRoute, type Route } from "../route.ts";

const tag = "Forms";
const submissionBytes = 300_000;
/** A person sends a form now and then; a program that fills forms does not get far. */
const senderBucket: Bucket = { capacity: 10, refillPerSecond: 0.2 };
const formBucket: Bucket = { capacity: 300, refillPerSecond: 5 };

/** Public forms: whoever has the address may fill them in. */
export function formRoutes(services: Services): Route[] {
  return [
    publicRoute(
      {
        method: "get",
        path: "/forms/{token}",
        summary: "Show a public form",
        tag,
        params: formParamsSchema,
        answers: { 200: { description: "What the form asks for", schema: formSchema } },
      },
      async ({ params }) => ({
        status: 200,
        body: await showForm(services.plans, await findForm(services.triggering, params.token)),
      }),
    ),
    publicRoute(
      {
        method: "post",
        path: "/forms/{token}/submissions",
        summary: "Send a public form; a run starts",
        tag,
        params: formParamsSchema,
        body: submitFormSchema,
        maxBytes: submissionBytes,
        answers: { 202: { description: "Taken, with the run's reference", schema: submittedFormSchema } },
      },
      async ({ params, body, origin }) => {
        const form = await findForm(services.triggering, params.token);
        refuseOver(await services.limiter.take(`form:${form.trigger.id}`, formBucket));
        refuseOver(await services.limiter.take(`form:${form.trigger.id}:${origin.ip ?? "unknown"}`, senderBucket));
        return { status: 202, body: await submitForm(services, form, body) };
      },
    ),
  ];
}
