import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import "@fontsource-variable/geist-mono/wght.css";
import "@fontsource-variable/inter/wght.css";
import "./globals.css";
import { supabaseSettings } from "../adapters/supabase/session.ts";
import { Providers } from "../components/shell/providers.tsx";

export const metadata: Metadata = {
  title: { default: "Baton", template: "%s · Baton" },
  description: "Draw teams of AI agents as workflows, run them durably, and decide what needs a person.",
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fafbfb" },
    { media: "(prefers-color-scheme: dark)", color: "#0d1013" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Asking for the request's headers also makes every page dynamic: nonces and settings belong to requests, not to builds.
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <Providers nonce={nonce} settings={supabaseSettings(process.env)}>
          {children}
        </Providers>
      </body>
    </html>
  );
}
