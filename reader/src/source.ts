/** Where the sealed file comes from: blocks of base64 in this page, or a file that is chosen. */

import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, equal, fromBase64, hex } from "./bytes.ts";
import { Fault } from "./faults.ts";
import { MAGIC, rests, type Sealed } from "./sealed.ts";

/** Pieces in which bytes are handed on. */
const PIECE = 1 << 20;
/** Pieces in which a file is read. */
const READ = 4 << 20;

export interface Beside {
  readonly name: string;
  readonly sha256: string;
}

/** What the page says about the file beside it, or null if it holds the payload itself. */
export function beside(page: ParentNode): Beside | null {
  const element = page.querySelector("#beside");
  if (!element) return null;
  return JSON.parse(element.textContent ?? "") as Beside;
}

/** The payload in the page. Raises Fault "cut-off" when the page's end is missing, "damaged" for broken base64. */
export function inline(page: ParentNode): Sealed {
  const blocks = [...page.querySelectorAll("script.sealed")];
  if (!page.querySelector("#end") || blocks.length === 0) throw new Fault("cut-off");
  const size = blocks.reduce((sum, block) => sum + ((block.textContent ?? "").length / 4) * 3, 0);
  return { size, stream: () => streamOf(decoded(blocks)) };
}

function* decoded(blocks: readonly Element[]): Generator<Bytes> {
  for (const block of blocks) {
    let data: Bytes;
    try {
      data = fromBase64(block.textContent ?? "");
    } catch {
      throw new Fault("damaged");
    }
    for (let place = 0; place < data.length; place += PIECE) yield data.subarray(place, place + PIECE);
  }
}

/** A chosen file. `heard` gets each piece of the file, in order, as it is read. Raises Fault "not-a-bundle". */
export async function chosen(file: File, heard: (piece: Bytes) => void): Promise<Sealed> {
  const start = await bytes(file, 0, MAGIC.length);
  if (!equal(start, MAGIC)) throw new Fault(file.size === 0 ? "cut-off" : "not-a-bundle");
  return { size: file.size, stream: () => streamOf(pieces(file, heard)) };
}

/** The hex SHA-256 of a file, piece by piece. */
export async function digest(file: File): Promise<string> {
  const heard = listener();
  const rest = rests();
  const all = pieces(file, heard.heard);
  while ((await all.next()).done !== true) await rest();
  return heard.digest();
}

/** Hears the pieces of a file and says its hex SHA-256 in the end. */
export function listener(): { heard: (piece: Bytes) => void; digest: () => string } {
  const hash = sha256.create();
  return { heard: (piece) => hash.update(piece), digest: () => hex(hash.digest()) };
}

async function* pieces(file: File, heard: (piece: Bytes) => void): AsyncGenerator<Bytes> {
  for (let place = 0; place < file.size; place += READ) {
    const data = await bytes(file, place, READ);
    for (let start = 0; start < data.length; start += PIECE) {
      const piece = data.subarray(start, start + PIECE);
      heard(piece);
      yield piece;
    }
  }
}

async function bytes(file: File, start: number, length: number): Promise<Bytes> {
  return new Uint8Array(await file.slice(start, start + length).arrayBuffer());
}

function streamOf(from: Iterator<Bytes> | AsyncGenerator<Bytes>): ReadableStream<Bytes> {
  const pull = async (controller: ReadableStreamDefaultController<Bytes>): Promise<void> => {
    const { done, value } = await from.next();
    if (done === true) controller.close();
    else controller.enqueue(value);
  };
  // Nothing is read ahead: what waits would lie in memory beside the plaintext.
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}
