import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { nextPath } from "../../../components/auth/next-path.ts";
import { SignInForm } from "../../../components/auth/sign-in-form.tsx";
import type { SearchProps } from "../../route-props.ts";
import { currentUser } from "../../session.ts";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: SearchProps) {
  const next = nextPath((await searchParams)["next"]);
  if ((await currentUser()) !== null) redirect(next);
  return <SignInForm next={next} mailbox={process.env["BATON_MAILBOX_URL"] !== undefined} />;
}
