/** Remembers the organisation the user works in. A wish, not a right: the server checks it against their memberships. */
export function chooseOrganization(id: string): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  // Written by hand: the Cookie Store API is absent on plain http, where the embedded product runs.
  document.cookie = `baton-organization=${encodeURIComponent(id)}; path=/; max-age=31536000; samesite=lax${secure}`;
}
