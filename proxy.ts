import { NextResponse, type NextRequest } from "next/server";
import { createRequestSession, supabaseSettings } from "./adapters/supabase/session.ts";
import { contentSecurityPolicy, securityHeaders } from "./components/shell/security-headers.ts";

/**
 * Before every page: a fresh nonce with its policy, and a session that is not about to expire.
 * It never decides who may see what; pages ask the database for that, as the user.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const settings = supabaseSettings(process.env);
  const secure = isSecure(request);
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy({
    nonce,
    supabaseUrl: settings.url,
    secure,
    development: process.env.NODE_ENV === "development",
  });

  const forwarded = () => {
    const headers = new Headers(request.headers);
    headers.set("x-nonce", nonce);
    headers.set("x-baton-path", `${request.nextUrl.pathname}${request.nextUrl.search}`);
    headers.set("content-security-policy", policy);
    return NextResponse.next({ request: { headers } });
  };

  let response = forwarded();
  const client = createRequestSession(
    settings,
    {
      getAll: () => request.cookies.getAll(),
      setAll: (cookies, headers) => {
        // Both ways: the page that renders next must see the renewed session, and the browser must keep it.
        for (const { name, value } of cookies) request.cookies.set(name, value);
        response = forwarded();
        for (const { name, value, options } of cookies) response.cookies.set(name, value, options);
        for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
      },
    },
    secure,
  );
  // Renews an expired session and otherwise reads the cookie only; an unreachable Auth server leaves the session as it is.
  await client.auth.getSession();

  for (const [name, value] of Object.entries(securityHeaders({ policy, secure, path: request.nextUrl.pathname }))) {
    response.headers.set(name, value);
  }
  return response;
}

function isSecure(request: NextRequest): boolean {
  return (request.headers.get("x-forwarded-proto") ?? request.nextUrl.protocol).startsWith("https");
}

export const config = { matcher: ["/((?!api/|_next/static|_next/image|favicon.ico|icon.svg).*)"] };
