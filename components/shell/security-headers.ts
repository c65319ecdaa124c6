interface PolicyOptions {
  nonce: string;
  supabaseUrl: string;
  /** True where the page itself came by https. */
  secure: boolean;
  /** Development needs eval and inline styles for hot reload. */
  development: boolean;
}

/**
 * The Content-Security-Policy of one response. Scripts run by nonce alone. Style elements need the nonce as well; style attributes are
 * allowed, since the canvas and the timeline place every node and bar by one, and an attribute cannot load or run anything that
 * img-src, font-src and connect-src do not already refuse (docs/design.md).
 */
export function contentSecurityPolicy({ nonce, supabaseUrl, secure, development }: PolicyOptions): string {
  const supabase = new URL(supabaseUrl);
  const socket = `${supabase.protocol === "https:" ? "wss:" : "ws:"}//${supabase.host}`;
  const directives = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    development ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    `connect-src 'self' ${supabase.origin} ${socket}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "manifest-src 'self'",
    ...(secure ? ["upgrade-insecure-requests"] : []),
  ];
  return directives.join("; ");
}

interface HeaderOptions {
  policy: string;
  secure: boolean;
  path: string;
}

/** Every security header of a page. Pages whose address is a secret (approval links, invitations, password reset) send no referrer at all. */
export function securityHeaders({ policy, secure, path }: HeaderOptions): Record<string, string> {
  const secret =
    path.startsWith("/a/") || path.startsWith("/f/") || path.startsWith("/invite/") || path === "/reset-password";
  return {
    "Content-Security-Policy": policy,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": secret ? "no-referrer" : "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    ...(secure ? { "Strict-Transport-Security": "max-age=63072000; includeSubDomains" } : {}),
  };
}
