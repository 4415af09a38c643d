/** Where the sealed file comes from: blocks of base64 in this page, or a file that is chosen. */

import { type Bytes, equal, fromBase64, sha256 } from "./bytes.ts";
import { Fault } from "./faults.ts";
import { MAGIC, type Progress, rests } from "./sealed.ts";

/** Pieces in which a file is read, in bytes. */
const READ = 8 << 20;
/** More than any bundle: its inside has at most 1 GiB. */
const MAX_BYTES = (1 << 30) + (1 << 24);

/** What the page says about the file beside it: its name, and its SHA-256 in hex. */
export interface Beside {
  readonly name: string;
  readonly sha256: string;
}

/** Null if the page holds the sealed file itself. */
export function beside(page: ParentNode): Beside | null {
  const element = page.querySelector("#beside");
  return element ? (JSON.parse(element.textContent ?? "") as Beside) : null;
}

/** The sealed file in the page. Raises Fault "cut-off" when the page's end is missing, "damaged" for broken base64. */
export function inline(page: ParentNode): Bytes {
  const blocks = [...page.querySelectorAll("script.sealed")].map((block) => block.textContent ?? "");
  if (!page.querySelector("#end") || blocks.length === 0) throw new Fault("cut-off");
  const whole = new Uint8Array(blocks.reduce((sum, block) => sum + Math.ceil(block.length / 4) * 3, 0));
  let filled = 0;
  for (const block of blocks) {
    const data = decoded(block);
    whole.set(data, filled);
    filled += data.length;
  }
  return whole.subarray(0, filled);
}

function decoded(block: string): Bytes {
  try {
    return fromBase64(block);
  } catch {
    throw new Fault("damaged");
  }
}

/** A chosen file, whole. Raises Fault "not-a-bundle", "cut-off", and "other-file" for another one than expected. */
export async function chosen(file: File, expected: Beside, progress: Progress): Promise<Bytes> {
  const start = new Uint8Array(await file.slice(0, MAGIC.length).arrayBuffer());
  if (file.size === 0) throw new Fault("cut-off");
  if (!equal(start, MAGIC) || file.size > MAX_BYTES) throw new Fault("not-a-bundle");
  const whole = new Uint8Array(file.size);
  const rest = rests();
  for (let place = 0; place < file.size; place += READ) {
    whole.set(new Uint8Array(await file.slice(place, place + READ).arrayBuffer()), place);
    await rest(() => progress(place / file.size));
  }
  if ((await sha256(whole)) !== expected.sha256) throw new Fault("other-file");
  return whole;
}
