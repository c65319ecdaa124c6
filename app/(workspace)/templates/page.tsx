import type { Metadata } from "next";
import { TemplateGallery } from "../../../components/templates/template-gallery.tsx";
import { requireWorkspace } from "../../session.ts";

export const metadata: Metadata = { title: "Templates" };

export default async function TemplatesPage() {
  await requireWorkspace();
  return <TemplateGallery />;
}
