/** What a signed link carries: which request, until when. Nothing of it is secret; the signature is. */
export interface LinkClaims {
  approvalId: string;
  orgId: string;
  /** Epoch ms. */
  expiresAt: number;
}

export interface LinkSigner {
  sign(claims: LinkClaims): string;
  /** The claims of a token that we signed and that has not expired; null for everything else, without saying why. */
  open(token: unknown): LinkClaims | null;
}
