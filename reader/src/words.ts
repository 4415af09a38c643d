/** The words as they were meant, however they were typed: what vault/crypto/words.tidy makes of them, and more. */

/** The words of the EFF long list that have a hyphen of their own. */
const HYPHENATED = new Set(["drop-down", "felt-tip", "t-shirt", "yo-yo"]);

const DASHES = /[\u00ad\u058a\u1806\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d]/g;
const INVISIBLE = /[\u200b-\u200f\u2060\ufeff\u0307]/g;

/** Which Latin letter lies on the key of a Cyrillic one (Russian layout, and the Ukrainian i). */
const KEYS: Readonly<Record<string, string>> = Object.fromEntries(
  [..."йцукенгшщзфывапролдячсмитьі"].map((letter, place) => [letter, "qwertyuiopasdfghjklzxcvbnms"[place] ?? ""]),
);

/** Cyrillic letters as the ones on the same keys; everything else stays. */
export function byKey(text: string): string {
  return text.replace(/[а-яі]/g, (letter) => KEYS[letter] ?? letter);
}

/**
 * Words in small letters, joined by single spaces. Case, spaces, line ends, numbers and punctuation around the words,
 * and hyphens of any kind between them do not count; only the list's own hyphenated words keep theirs.
 */
export function tidy(typed: string): string {
  // Before NFKC as well: it takes some dashes apart.
  const plain = typed.replace(DASHES, "-").normalize("NFKC").toLowerCase();
  const text = byKey(plain.replace(DASHES, "-").replace(INVISIBLE, "").replace(/ı/g, "i"));
  const out: string[] = [];
  for (const piece of text.match(/[\p{L}\p{M}-]+/gu) ?? []) out.push(...split(piece));
  return out.join(" ");
}

function split(piece: string): string[] {
  const parts = piece.split("-").filter((part) => part !== "");
  const out: string[] = [];
  for (let place = 0; place < parts.length; place++) {
    const pair = parts.slice(place, place + 2).join("-");
    const whole = HYPHENATED.has(pair);
    out.push(whole ? pair : (parts[place] ?? ""));
    if (whole) place++;
  }
  return out;
}

/** Whether what was typed has the form of a fingerprint at all. */
export function isFingerprint(typed: string): boolean {
  return fingerprintReadings(typed).some((one) => /^[0-9A-F]{32}$/.test(one));
}

/** Look-alikes of the hex letters, for a fingerprint typed with Cyrillic ones. */
const ALIKE: Readonly<Record<string, string>> = { А: "A", В: "B", С: "C", Е: "E", О: "0", O: "0" };

/** The ways to read a fingerprint as typed: hex digits without anything between them, in capitals. */
export function fingerprintReadings(typed: string): string[] {
  const text = typed.normalize("NFKC").replace(INVISIBLE, "");
  const alike = text.toUpperCase().replace(/[АВСЕОO]/g, (letter) => ALIKE[letter] ?? letter);
  return [alike, byKey(text.toLowerCase()).toUpperCase()].map((one) => one.replace(/[^\p{L}\p{N}]/gu, ""));
}
