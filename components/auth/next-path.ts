/** What browsers read as another host although it begins like a path: `/\\host`, or tabs and newlines between the slashes. */
function isMisleading(text: string): boolean {
  return [...text].some((character) => character <= " " || character === "\\" || character === "\u007f");
}

/** Where to go after signing in: the path asked for when it is one of ours, else `fallback`. */
export function nextPath(asked: string | string[] | null | undefined, fallback = "/home"): string {
  if (typeof asked !== "string" || !asked.startsWith("/") || asked.startsWith("//") || isMisleading(asked)) {
    return fallback;
  }
  const base = "https://own.invalid";
  const url = URL.parse(asked, base);
  if (url === null || url.origin !== base || url.pathname.startsWith("//")) return fallback;
  return `${url.pathname}${url.search}${url.hash}`;
}
