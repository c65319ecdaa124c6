import { redirect } from "next/navigation";
import { requireWorkspace } from "./session.ts";

export default async function RootPage() {
  await requireWorkspace();
  redirect("/home");
}
