/**
 * Words in the order in which they were written: signs that turn the direction of what follows are left out, since they make one name look
 * like another (`gnp.exe` behind one of them reads `exe.png`). Right-to-left scripts do not need them.
 */
export function asWritten(words: string): string {
  return words.replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, "");
}
