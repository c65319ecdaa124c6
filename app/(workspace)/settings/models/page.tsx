import type { Metadata } from "next";
import { ModelProviders } from "../../../../components/settings/model-providers.tsx";

export const metadata: Metadata = { title: "Models" };

export default function ModelsRoute() {
  return <ModelProviders />;
}
