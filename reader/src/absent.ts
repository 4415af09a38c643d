/**
 * In place of the curves behind age's key recipients (build.mjs): a page is only ever opened with words, and their code
 * would double its size.
 */

const nothing = (): never => {
  throw new Error("not in this reader");
};

export const MLKEM768X25519 = { getPublicKey: nothing, encapsulate: nothing, decapsulate: nothing };
export const MLKEM768P256 = MLKEM768X25519;
export const p256 = { Point: { fromBytes: nothing, fromHex: nothing } };
