/** A worker as the others of its machine know it. */
export interface WorkerRecord {
  name: string;
  process: { place: string; pid: number; began: string };
  /** Names under which its queues lock jobs. */
  owners: string[];
  /** Epoch ms of its last sign of life, by the machine's clock. */
  seenAt: number;
}

/** The workers of one machine, so that they notice each other's death before a lock runs out. */
export interface WorkerRegistry {
  add(record: Omit<WorkerRecord, "name">): Promise<void>;
  /** All but the one whose registry this is. */
  others(): Promise<WorkerRecord[]>;
  /** True for the one who removed it. */
  remove(name: string): Promise<boolean>;
}
