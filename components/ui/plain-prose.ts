/** Look of text that was written to be read. */
export const proseLook = "max-w-[72ch] text-sm leading-[22px] break-words";
export const paragraphLook = "my-2 first:mt-0 last:mb-0";

// A character that Markdown may give a meaning to, one that is not to be seen, an address, or what begins a list, a line or a heading.
const marked = /[*_`~#[\]<>|\\&\p{C}\p{Zl}\p{Zp}]|:\/\/|www\.|@|^(?:[-+=]|\d+[.)])/iu;

/** True for one paragraph without any formatting: it needs no parser. */
export function isPlainProse(text: string): boolean {
  return text !== "" && text === text.trim() && !marked.test(text);
}
