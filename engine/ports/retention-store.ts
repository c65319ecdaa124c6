/** What is old enough to be forgotten, and where what is new goes. A call that forgets takes at most `limit` things and says how many. */
export interface RetentionStore {
  /** Has a part of the journal ready for this month and those that come; says how many were missing. */
  openMonths(): Promise<number>;
  /** Marks months whose runs all ended before so many days: `forgetRuns` drops their parts of the journal whole. */
  closeMonths(days: number): Promise<void>;
  /** Runs that ended before so many days, with their journals, approvals and signals. Not one that a run under way called. */
  forgetRuns(days: number, limit: number): Promise<number>;
  /** Events of the bus that were told to all who listened, and deliveries to triggers that were settled. */
  forgetEvents(days: number, limit: number): Promise<number>;
}
