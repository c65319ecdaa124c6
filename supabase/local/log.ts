/** What the parts of the embedded stack write their log to: details first, then what happened. */
export interface Log {
  info(details: object, message?: string): void;
  warn(details: object, message?: string): void;
  error(details: object, message?: string): void;
}
