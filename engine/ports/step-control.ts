/** Fan-out between workers: stop these steps; these mailbox entries are in the journal. */
export interface StepControl {
  abort(runId: string, steps: string[]): Promise<void>;
  onAbort(listener: (runId: string, steps: string[]) => void): () => void;
  acknowledge(replyTo: string, entryIds: string[]): Promise<void>;
  onAcknowledge(worker: string, listener: (entryIds: string[]) => void): () => void;
}
