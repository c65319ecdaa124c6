/** Browsers ask here before they have read a page's head, or without one. */
export function GET(): Response {
  return new Response(null, { status: 308, headers: { Location: "/icon.svg" } });
}
