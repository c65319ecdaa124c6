/** What is old enough to be forgotten. Each call forgets at most `limit` things and says how many. */
export interface RetentionStore {
  /** Runs that ended before so many days, with their journals, approvals and signals. Not one that a run under way called. */
  forgetRuns(days: number, limit: number): Promise<number>;
  /** Events of the bus that were told to all who listened, and deliveries to triggers that were settled. */
  forgetEvents(days: number, limit: number): Promise<number>;
}
