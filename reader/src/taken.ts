/** What was taken out of an exhibit, in words; the table is that of vault/bundle/taken_out.py. */

import type { Language } from "./strings.ts";
import WORDS from "./taken_out.json" with { type: "json" };

const TABLE: Readonly<Record<string, readonly string[]>> = WORDS;

/** Order of characters, as Python sorts: sort() alone goes by halves of them. */
function byCharacter(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const place = left.findIndex((one, at) => one !== right[at]);
  if (place < 0) return left.length - right.length;
  return (left[place]?.codePointAt(0) ?? 0) - (right[place]?.codePointAt(0) ?? -1);
}

/** "names of people: 2; telephone numbers: 1", or an empty text. Categories of one name are added up. */
export function phrase(language: Language, redactions: Readonly<Record<string, number>>): string {
  const found = new Map<string, number>();
  for (const category of Object.keys(redactions).sort(byCharacter)) {
    const words = Object.hasOwn(TABLE, category) ? TABLE[category] : undefined;
    const name = words?.[language === "en" ? 0 : 1] ?? category.replace(/_/g, " ").toLowerCase();
    found.set(name, (found.get(name) ?? 0) + (redactions[category] ?? 0));
  }
  return [...found].map(([name, count]) => `${name}: ${count}`).join("; ");
}
