/** What the server writes to; pino's loggers are such. */
export interface RealtimeLog {
  info(details: object, message?: string): void;
  warn(details: object, message?: string): void;
  error(details: object, message?: string): void;
}
