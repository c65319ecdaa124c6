/** What Next hands to a page. Written out here so that types hold without a build having generated them. */
export interface SearchProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export interface IdProps {
  params: Promise<{ id: string }>;
}

/** The first value of a search parameter; "" when it is absent. */
export function firstOf(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? "";
}
