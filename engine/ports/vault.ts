/** A secret as it is stored: useless without the key that the deployment holds. */
export interface Sealed {
  keyVersion: number;
  nonce: Uint8Array;
  sealed: Uint8Array;
}

/** Encrypts what is stored. `place` names the row: what was sealed for one row opens in no other. */
export interface Vault {
  seal(secret: string, place: string): Sealed;
  /** @throws BatonError CREDENTIAL_UNUSABLE when it was sealed with another key, for another place, or was changed */
  open(sealed: Sealed, place: string): string;
}
