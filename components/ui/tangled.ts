/** Marks of Markdown that a reader of it has to match with one another; a page of real text has a few hundred. */
const marks = /[*_~`[\]<>|]/g;
const mostMarks = 2_500;
/** A line that stands in more quotes and lists than anybody writes, or is set in as deep. */
const deep = /^(?:[ \t]*(?:[>*+-]|\d{1,9}[.)])){25,}|^[ \t]{80,}\S/m;

/**
 * True for text that costs a reader of Markdown seconds or its stack: nested without end, or full of marks that match nothing. Such text is
 * made to hang a page, or is no Markdown; it is shown as it is.
 */
export function isTangled(text: string): boolean {
  if (deep.test(text)) return true;
  let count = 0;
  for (const _mark of text.matchAll(marks)) {
    count += 1;
    if (count > mostMarks) return true;
  }
  return false;
}
