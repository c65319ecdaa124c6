"use client";

import { createContext } from "react";

/** The nonce of the page's Content-Security-Policy, for the few controls that bring a style element of their own. */
export const NonceContext = createContext<string | undefined>(undefined);
