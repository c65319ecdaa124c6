import type { Metadata } from "next";
import { PublicForm } from "../../../components/triggers/public-form.tsx";

export const metadata: Metadata = { title: "A form", referrer: "no-referrer", robots: { index: false } };

export default async function FormPage({ params }: { params: Promise<{ token: string }> }) {
  return <PublicForm token={(await params).token} />;
}
