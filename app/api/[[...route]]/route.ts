import { answerFromNext } from "../../../server/http/next-app.ts";

export const dynamic = "force-dynamic";
export const runtime = "nodejs";

export {
  answerFromNext as DELETE,
  answerFromNext as GET,
  answerFromNext as HEAD,
  answerFromNext as OPTIONS,
  answerFromNext as PATCH,
  answerFromNext as POST,
  answerFromNext as PUT,
};
