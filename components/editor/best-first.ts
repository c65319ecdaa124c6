/** What fits a search, in the given order, those first whose title begins with what was typed. */
export function bestFirst<T extends { title: string }>(
  all: readonly T[],
  search: string,
  words: (one: T) => string,
): T[] {
  const wanted = search.trim().toLowerCase();
  const begins = ({ title }: T): number => Number(title.toLowerCase().startsWith(wanted));
  return all
    .filter((one) => `${one.title} ${words(one)}`.toLowerCase().includes(wanted))
    .toSorted((one, other) => begins(other) - begins(one));
}
