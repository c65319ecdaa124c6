import type { Metadata } from "next";
import { TemplateGallery } from "../../../components/templates/template-gallery.tsx";
import { firstOf, type SearchProps } from "../../route-props.ts";
import { requireWorkspace } from "../../session.ts";

export const metadata: Metadata = { title: "Templates" };

export default async function TemplatesPage({ searchParams }: SearchProps) {
  await requireWorkspace();
  const asked = await searchParams;
  return (
    <TemplateGallery
      search={firstOf(asked["q"]).slice(0, 200)}
      category={firstOf(asked["category"]).slice(0, 60)}
      shown={firstOf(asked["template"]).slice(0, 100)}
    />
  );
}
