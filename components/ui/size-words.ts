/** "256 KB", "1.2 MB". */
export function sizeWords(bytes: number): string {
  return bytes < 1_024 * 1_024 ? `${Math.ceil(bytes / 1_024)} KB` : `${(bytes / 1_024 / 1_024).toFixed(1)} MB`;
}
