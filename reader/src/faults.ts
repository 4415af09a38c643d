/** What can go wrong, in kinds that strings.ts says in words. Nothing of the content ever stands in one. */
export type FaultKind =
  | "words" // they open nothing, or the header is damaged: that can't be told apart
  | "empty" // no words were typed
  | "no-file" // no file was chosen
  | "not-a-bundle" // the file is something else
  | "cut-off" // the page or the file ends too early
  | "damaged" // the words were right and the content is not what was sealed
  | "other-file" // a file of another page
  | "newer" // made by a later version
  | "older" // made by an earlier one
  | "forged" // the signature does not hold, or the list is not of our form
  | "fingerprint-form" // what was typed can't be one
  | "fingerprint" // sealed by another key than the one that was told
  | "memory"
  | "unreadable" // the browser could not read the file
  | "unknown";

export class Fault extends Error {
  readonly kind: FaultKind;

  constructor(kind: FaultKind) {
    super(kind);
    this.name = "Fault";
    this.kind = kind;
  }
}

/** The kind of whatever was thrown; `otherwise` for what we did not throw ourselves. */
export function kindOf(thrown: unknown, otherwise: FaultKind): FaultKind {
  if (thrown instanceof Fault) return thrown.kind;
  // Chromium and Firefox both throw a RangeError when an array can't be had.
  if (thrown instanceof RangeError) return "memory";
  if (thrown instanceof DOMException && thrown.name === "OperationError") return "memory";
  if (thrown instanceof DOMException && ["NotReadableError", "NotFoundError"].includes(thrown.name)) return "unreadable";
  return otherwise;
}
