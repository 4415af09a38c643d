/** Canonical JSON (RFC 8785), read strictly: the text must be the one that writing its value again gives. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export function dump(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(dump).join(",")}]`;
  if (value !== null && typeof value === "object") {
    // Sorting by UTF-16 code units, as RFC 8785 has it, is what sort() does.
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${dump(value[name] ?? null)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Throws SyntaxError for what is not canonical: spaces, another order, names twice. */
export function load(text: string): Json {
  const value = JSON.parse(text) as Json;
  if (dump(value) !== text) throw new SyntaxError("not canonical");
  return value;
}
