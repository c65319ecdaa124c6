/** Words that people wrote, on one line: breaks would begin a header, and marks of direction would turn the line around. */
export function oneLine(text: string, most = 120): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ").slice(0, most);
}

/** Text as it may stand in a mail's HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
