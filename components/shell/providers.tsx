"use client";

import { ThemeProvider } from "next-themes";
import { useEffect, useState, type ReactNode } from "react";
import type { SupabaseSettings } from "../../adapters/supabase/browser.ts";
import { SupabaseProvider } from "../supabase-context.tsx";
import { NonceContext } from "../ui/nonce.ts";
import { Toaster } from "../ui/toast.tsx";
import { TooltipProvider } from "../ui/tooltip.tsx";

interface ProvidersProps {
  nonce: string | undefined;
  settings: SupabaseSettings;
  children: ReactNode;
}

/** What every page stands in: theme, tooltips, toasts and the user's Supabase client. */
export function Providers({ nonce: given, settings, children }: ProvidersProps) {
  // The policy is the one that the page came with: what a refresh of its data brings along is another answer's nonce.
  const [nonce] = useState(given);
  // Dialogs lock the page's scrolling by a style element; the library that makes it takes its nonce from this global.
  useEffect(() => {
    Reflect.set(globalThis, "__webpack_nonce__", nonce);
  }, [nonce]);
  return (
    <ThemeProvider
      attribute="data-theme"
      defaultTheme="system"
      enableSystem
      disableTransitionOnChange
      storageKey="baton-theme"
      {...(nonce === undefined ? {} : { nonce })}
    >
      <NonceContext value={nonce}>
        <SupabaseProvider settings={settings}>
          <TooltipProvider>{children}</TooltipProvider>
          <Toaster />
        </SupabaseProvider>
      </NonceContext>
    </ThemeProvider>
  );
}
