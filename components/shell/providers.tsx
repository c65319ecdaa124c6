"use client";

import { ThemeProvider } from "next-themes";
import type { ReactNode } from "react";
import type { SupabaseSettings } from "../../adapters/supabase/browser.ts";
import { SupabaseProvider } from "../supabase-context.tsx";
import { Toaster } from "../ui/toast.tsx";
import { TooltipProvider } from "../ui/tooltip.tsx";

interface ProvidersProps {
  nonce: string | undefined;
  settings: SupabaseSettings;
  children: ReactNode;
}

/** What every page stands in: theme, tooltips, toasts and the user's Supabase client. */
export function Providers({ nonce, settings, children }: ProvidersProps) {
  return (
    <ThemeProvider
      attribute="data-theme"
      defaultTheme="system"
      enableSystem
      disableTransitionOnChange
      storageKey="baton-theme"
      {...(nonce === undefined ? {} : { nonce })}
    >
      <SupabaseProvider settings={settings}>
        <TooltipProvider>{children}</TooltipProvider>
        <Toaster />
      </SupabaseProvider>
    </ThemeProvider>
  );
}
