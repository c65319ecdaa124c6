import { healthSchema } from "../../../contracts/api/health.ts";
import type { Services } from "../../services.ts";
import { publicRoute, type Route } from "../route.ts";

export function healthRoutes(services: Services): Route[] {
  return [
    publicRoute(
      {
        method: "get",
        path: "/health",
        summary: "Whether the product and its services work",
        tag: "Health",
        answers: {
          200: { description: "Everything works", schema: healthSchema },
          503: { description: "A part is down; the body says which", schema: healthSchema },
        },
      },
      async () => {
        const health = await services.health();
        return { status: health.status === "healthy" ? 200 : 503, body: health };
      },
    ),
  ];
}
