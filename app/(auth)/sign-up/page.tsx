import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { nextPath } from "../../../components/auth/next-path.ts";
import { SignUpForm } from "../../../components/auth/sign-up-form.tsx";
import { firstOf, type SearchProps } from "../../route-props.ts";
import { currentUser } from "../../session.ts";

export const metadata: Metadata = { title: "Create an account" };

export default async function SignUpPage({ searchParams }: SearchProps) {
  const asked = await searchParams;
  const next = nextPath(asked["next"]);
  if ((await currentUser()) !== null) redirect(next);
  return <SignUpForm next={next} email={firstOf(asked["email"])} />;
}
