/** Bytes to text and back. */

export type Bytes = Uint8Array<ArrayBuffer>;

export function hex(data: Uint8Array): string {
  let text = "";
  for (const byte of data) text += byte.toString(16).padStart(2, "0");
  return text;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, place) => byte === b[place]);
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** Strict UTF-8: throws for anything else, and keeps a byte order mark as a character. */
export function fromUtf8(data: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
}

interface Base64Decoder {
  fromBase64?: (text: string, options?: { lastChunkHandling?: "strict" }) => Bytes;
}

/** Base64 with its padding; throws for anything that encoding again would not give. */
export function fromBase64(text: string): Bytes {
  const native = (Uint8Array as unknown as Base64Decoder).fromBase64;
  if (text.length % 4 !== 0 || /[\t\n\f\r ]/.test(text)) throw new SyntaxError("base64");
  if (native) return native.call(Uint8Array, text, { lastChunkHandling: "strict" });
  const binary = atob(text);
  const data = new Uint8Array(binary.length);
  for (let place = 0; place < binary.length; place++) data[place] = binary.charCodeAt(place);
  // atob takes bits that are left over at the end; only the last group can have them.
  const tail = text.length - 4;
  if (text.length > 0 && btoa(atob(text.slice(tail))) !== text.slice(tail)) throw new SyntaxError("base64");
  return data;
}

export function toBase64(data: Uint8Array): string {
  let binary = "";
  for (const byte of data) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The hex SHA-256, by the browser. */
export async function sha256(data: Bytes): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", data)));
}
