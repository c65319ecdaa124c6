/** Gives the keyboard to what has just opened because somebody asked for it, as a search field in a picker. For `ref`. */
export function focusFirst(element: HTMLElement | null): void {
  // After the click that opened it gave the keyboard to its button.
  if (element !== null) requestAnimationFrame(() => element.focus());
}
