/**
 * The ZIP inside a bundle, in the one form in which Casevault packs it (docs/format.md, section 8): stored members, one
 * after another, then the directory, and nothing else. Whatever differs is refused.
 */

import type { Bytes } from "./bytes.ts";
import { Fault } from "./faults.ts";

const MAX_MEMBERS = 20_000;
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const VERSION = 20;
const DATE = 0x0021; // 1980-01-01
const ATTRIBUTES = 0x01800000;

interface Entry {
  readonly name: string;
  readonly crc: number;
  readonly size: number;
}

/** All members by name; the arrays share the payload's memory. Raises Fault "forged" for any other form. */
export function unpack(payload: Bytes): Map<string, Bytes> {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const end = payload.length - END_BYTES;
  insist(end >= 0 && view.getUint32(end, true) === END);
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  insist(view.getUint32(end + 4, true) === 0 && view.getUint16(end + 8, true) === count && count <= MAX_MEMBERS);
  insist(view.getUint16(end + 20, true) === 0 && start + size === end);
  const members = new Map<string, Bytes>();
  let directory = start;
  let place = 0;
  for (let number = 0; number < count; number++) {
    insist(directory + CENTRAL_BYTES <= end && view.getUint32(directory + 42, true) === place);
    const entry = central(view, payload, directory, end);
    insist(!members.has(entry.name));
    const from = local(view, payload, place, start, entry);
    members.set(entry.name, payload.subarray(from, from + entry.size));
    place = from + entry.size;
    directory += CENTRAL_BYTES + entry.name.length;
  }
  insist(place === start && directory === end);
  return members;
}

function central(view: DataView, payload: Bytes, at: number, limit: number): Entry {
  const length = view.getUint16(at + 28, true);
  const size = view.getUint32(at + 24, true);
  insist(view.getUint32(at, true) === CENTRAL && view.getUint16(at + 4, true) === VERSION);
  insist(plain(view, at + 6) && view.getUint32(at + 20, true) === size && at + CENTRAL_BYTES + length <= limit);
  // Extra field, comment, disk and internal attributes: none.
  insist(view.getUint32(at + 30, true) === 0 && view.getUint32(at + 34, true) === 0);
  insist(view.getUint32(at + 38, true) === ATTRIBUTES);
  return { name: ascii(payload, at + CENTRAL_BYTES, length), crc: view.getUint32(at + 16, true), size };
}

/** Checks the header before a member against the directory; the place where its bytes begin. */
function local(view: DataView, payload: Bytes, at: number, limit: number, entry: Entry): number {
  const from = at + LOCAL_BYTES + entry.name.length;
  insist(from + entry.size <= limit && view.getUint32(at, true) === LOCAL && plain(view, at + 4));
  insist(view.getUint32(at + 14, true) === entry.crc && view.getUint32(at + 18, true) === entry.size);
  insist(view.getUint32(at + 22, true) === entry.size && view.getUint16(at + 26, true) === entry.name.length);
  insist(view.getUint16(at + 28, true) === 0 && ascii(payload, at + LOCAL_BYTES, entry.name.length) === entry.name);
  return from;
}

/** What both headers say in the same order: version, no flags, stored, midnight, the one date. */
function plain(view: DataView, at: number): boolean {
  const words = [0, 2, 4, 6, 8].map((offset) => view.getUint16(at + offset, true));
  return words.join() === [VERSION, 0, 0, 0, DATE].join();
}

function ascii(payload: Bytes, at: number, length: number): string {
  const bytes = payload.subarray(at, at + length);
  insist(length > 0 && bytes.every((byte) => byte > 0x20 && byte < 0x7f));
  return String.fromCharCode(...bytes);
}

function insist(holds: boolean): asserts holds {
  if (!holds) throw new Fault("forged");
}
