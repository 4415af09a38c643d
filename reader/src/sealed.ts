/** Opening the age file: six words behind scrypt, then the payload into one array of known size. */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { base64nopad } from "@scure/base";
import { Decrypter, type Identity, type Stanza } from "age-encryption";
import { type Bytes, utf8 } from "./bytes.ts";
import { Fault, kindOf } from "./faults.ts";

/** The base-two logarithm of scrypt's N; fixed by the format. */
const WORK_FACTOR = "18";
const SCRYPT = { N: 2 ** 18, r: 8, p: 1, dkLen: 32, asyncTick: 40 };
const SALT_BYTES = 16;
const WRAPPED_BYTES = 32;
/** Pieces in which the file is given to the age library, in bytes. */
const PIECE = 1 << 20;
/** How long the page may stand still while it works, in milliseconds. */
const PATIENCE = 60;

export const MAGIC = utf8("age-encryption.org/v1\n");

/** Called with what is done, 0 … 1. */
export type Progress = (done: number) => void;

/**
 * The words as an identity of the age library. Its own works without a pause, for seconds in which the page would look
 * as if it had stopped.
 */
class Words implements Identity {
  /** Whether the header was read, and whether these words opened it. */
  asked = false;
  opened = false;
  private readonly words: string;
  private readonly progress: Progress;

  constructor(words: string, progress: Progress) {
    this.words = words;
    this.progress = progress;
  }

  async unwrapFileKey(stanzas: Stanza[]): Promise<Uint8Array | null> {
    const [stanza] = stanzas;
    if (!stanza || stanzas.length !== 1 || stanza.args.length !== 3) throw new Fault("not-a-bundle");
    const [kind, salt = "", factor] = stanza.args;
    if (kind !== "scrypt" || factor !== WORK_FACTOR) throw new Fault("not-a-bundle");
    const random = base64nopad.decode(salt);
    if (random.length !== SALT_BYTES || stanza.body.length !== WRAPPED_BYTES) throw new Fault("not-a-bundle");
    this.asked = true;
    const label = utf8("age-encryption.org/v1/scrypt");
    const salted = Uint8Array.from([...label, ...random]);
    const key = await scryptAsync(utf8(this.words), salted, { ...SCRYPT, onProgress: this.progress });
    try {
      const fileKey = chacha20poly1305(key, new Uint8Array(12)).decrypt(stanza.body);
      this.opened = true;
      return fileKey;
    } catch {
      return null;
    }
  }
}

/**
 * The plaintext, in the memory of the sealed file itself: each piece is shorter than what it was opened from. `deriving`
 * and `decrypting` hear how far it is. Raises Fault "words", which leaves `sealed` as it is, and "not-a-bundle",
 * "damaged", "memory", after which it is empty.
 */
export async function unseal(sealed: Bytes, words: string, deriving: Progress, decrypting: Progress): Promise<Bytes> {
  const identity = new Words(words, deriving);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    // Never new Response(stream).blob(): the browsers page such blobs to disk, in the clear.
    return await collect(await decrypter.decrypt(streamOf(sealed)), sealed, decrypting);
  } catch (thrown) {
    if (identity.opened) sealed.fill(0);
    throw new Fault(kindOf(thrown, !identity.asked ? "not-a-bundle" : identity.opened ? "damaged" : "words"));
  }
}

async function collect(stream: ReadableStream<Uint8Array>, into: Bytes, progress: Progress): Promise<Bytes> {
  const reader = stream.getReader();
  const rest = rests();
  let filled = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    into.set(value, filled);
    filled += value.length;
    await rest(() => progress(filled / into.length));
  }
  into.fill(0, filled);
  return into.subarray(0, filled);
}

function streamOf(data: Bytes): ReadableStream<Bytes> {
  let place = 0;
  const pull = (controller: ReadableStreamDefaultController<Bytes>): void => {
    controller.enqueue(data.subarray(place, place + PIECE));
    place += PIECE;
    if (place >= data.length) controller.close();
  };
  // Nothing is read ahead of what is being opened.
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

/** Lets the browser paint and hear its user. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** A function to be called often: now and then it says how far things are and pauses. */
export function rests(): (say?: () => void) => Promise<void> {
  let last = performance.now();
  return async (say) => {
    if (performance.now() - last < PATIENCE) return;
    say?.();
    await pause();
    last = performance.now();
  };
}
