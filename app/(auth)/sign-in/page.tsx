import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { nextPath } from "../../../components/auth/next-path.ts";
import { SignInForm } from "../../../components/auth/sign-in-form.tsx";
import { firstOf, type SearchProps } from "../../route-props.ts";
import { currentUser } from "../../session.ts";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: SearchProps) {
  const asked = await searchParams;
  const next = nextPath(asked["next"]);
  if ((await currentUser()) !== null) redirect(next);
  return (
    <SignInForm next={next} email={firstOf(asked["email"])} mailbox={process.env["BATON_MAILBOX_URL"] !== undefined} />
  );
}
