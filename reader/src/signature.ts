/** `manifest.sig`: a C2SP signed note by the case's Ed25519 key (docs/format.md, section 8). */

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { equal, fromBase64, fromUtf8, hex, toBase64, utf8 } from "./bytes.ts";
import { Fault } from "./faults.ts";

const HEADING = "casevault bundle manifest v1";
const MAX_BYTES = 256 * 1024;
const MAX_KEY_CHARACTERS = 1024;
const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const NAME = /^[^\s+\x00-\x20\x7f\ud800-\udfff]{1,256}$/u;
// No control character but the newline.
const CONTROL = /[\x00-\x09\x0b-\x1f]/;

export interface Key {
  readonly name: string;
  readonly public: Uint8Array;
  /** The verifier key, `<name>+<hex id>+<base64 of type and key>`. */
  readonly text: string;
}

/** The key that signed this manifest; who that is only its fingerprint says. Raises Fault "forged". */
export function verify(untrusted: Uint8Array, manifest: Uint8Array): Key {
  try {
    return check(untrusted, manifest);
  } catch {
    throw new Fault("forged");
  }
}

function check(untrusted: Uint8Array, manifest: Uint8Array): Key {
  insist(untrusted.length <= MAX_BYTES);
  const note = fromUtf8(untrusted);
  const lines = note.split("\n");
  // Three lines of text, an empty one, one signature, and the newline at its end.
  insist(lines.length === 6 && lines[3] === "" && lines[5] === "" && !CONTROL.test(note));
  const [heading, digest, keyText, , line] = lines as [string, string, string, string, string, string];
  insist(heading === HEADING && digest === toBase64(sha256(manifest)));
  const key = parseKey(keyText);
  const start = `\u2014 ${key.name} `;
  insist(line.startsWith(start));
  const signed = fromBase64(line.slice(start.length));
  insist(signed.length === KEY_ID_BYTES + SIGNATURE_BYTES);
  insist(equal(signed.subarray(0, KEY_ID_BYTES), keyId(key.name, key.public)));
  const message = utf8(`${heading}\n${digest}\n${keyText}\n`);
  insist(ed25519.verify(signed.subarray(KEY_ID_BYTES), message, key.public, { zip215: false }));
  return key;
}

function parseKey(untrusted: string): Key {
  const [name = "", id = "", ...rest] = untrusted.split("+");
  const material = fromBase64(rest.join("+"));
  insist(untrusted.length <= MAX_KEY_CHARACTERS && NAME.test(name));
  insist(material.length === KEY_BYTES + 1 && material[0] === ED25519);
  const key = material.subarray(1);
  insist(id === hex(keyId(name, key)));
  return { name, public: key, text: untrusted };
}

/** SHA-256(name || 0x0A || type || public key), its first four bytes. */
function keyId(name: string, key: Uint8Array): Uint8Array {
  return sha256(Uint8Array.from([...utf8(name), 0x0a, ED25519, ...key])).subarray(0, KEY_ID_BYTES);
}

/** What is told along with the words: 128 bits in groups of four hex digits. */
export function fingerprint(key: Key): string {
  const digits = hex(sha256(utf8(key.text))).slice(0, 32).toUpperCase();
  return digits.replace(/(.{4})(?=.)/g, "$1 ");
}

function insist(holds: boolean): asserts holds {
  if (!holds) throw new Fault("forged");
}
