/** `manifest.json`, version 2: what is in the bundle, hash by hash. The form stands in docs/format.md, section 8. */

import { type Bytes, fromUtf8 } from "./bytes.ts";
import { type Json, load } from "./canonical.ts";
import { Fault } from "./faults.ts";

export interface ListedFile {
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
  readonly pages: string;
}

export interface Exhibit {
  readonly label: string;
  readonly title: string;
  readonly kind: string;
  readonly date: string;
  readonly language: string;
  readonly files: readonly ListedFile[];
  readonly redactions: Readonly<Record<string, number>>;
  readonly commitment: string;
  readonly translationOf: string | null;
  readonly certificateOf: string | null;
  readonly sheets: number;
}

export interface Manifest {
  readonly bundle: string;
  readonly profile: string;
  readonly made: string;
  readonly program: string;
  readonly indexSha256: string;
  readonly leftOut: number;
  readonly traced: boolean;
  readonly papers: readonly ListedFile[];
  readonly exhibits: readonly Exhibit[];
}

export const NAME = "manifest.json";
export const SIGNATURE_NAME = "manifest.sig";
export const INDEX_NAME = "index.html";

const VERSION = 2;
const MAX_BYTES = 16 << 20;
const MAX_EXHIBITS = 5000;
const MAX_TEXT = 20_000;
const MAX_COUNT = 2 ** 50;
const LABEL = "[A-Z]{1,4}[0-9]{0,3}";
const ENDINGS = "pdf|mp3|wav|flac|ogg|m4a|mp4|mov|mkv|webm|png|jpg|gif|webp|txt|bin";
const LABEL_FORM = new RegExp(`^${LABEL}$`);
const FILE_FORM = new RegExp(`^exhibits/(${LABEL})(?:-[0-9]{1,3})?\\.(?:${ENDINGS})$`);
/** Windows opens a device for a file of one of these names, whatever its ending. */
const DEVICE = /^(?:AUX|CON|NUL|PRN|(?:COM|LPT)[0-9])$/;
const PAPER_FORM = /^custody\.(?:json|pdf)$/;
const LONE_HALF = /[\ud800-\udfff]/u;
const HEX_FORM = /^[0-9a-f]{64}$/;
const BUNDLE_FORM = /^B-[0-9A-Z]{1,26}$/;

type Members = Readonly<Record<string, Json>>;

/** Every field's form is checked. Raises Fault "newer", "older", or "forged" for everything else. */
export function parse(untrusted: Bytes): Manifest {
  let value: Json;
  try {
    if (untrusted.length > MAX_BYTES) throw new RangeError("size");
    value = load(fromUtf8(untrusted));
  } catch {
    throw new Fault("forged");
  }
  const version = isObject(value) ? value["casevault"] : undefined;
  if (Number.isInteger(version) && (version as number) > VERSION) throw new Fault("newer");
  if (version === VERSION - 1) throw new Fault("older");
  insist(version === VERSION);
  const manifest = read(value);
  const names = files(manifest).map((file) => file.name);
  const labels = manifest.exhibits.map((exhibit) => exhibit.label);
  insist(new Set(names).size === names.length && new Set(labels).size === labels.length);
  const known = new Set<string | null>([null, ...labels]);
  insist(manifest.exhibits.every((one) => known.has(one.translationOf) && known.has(one.certificateOf)));
  return manifest;
}

/** Every file that is listed: papers, then exhibits. */
export function files(manifest: Manifest): ListedFile[] {
  return [...manifest.papers, ...manifest.exhibits.flatMap((exhibit) => exhibit.files)];
}

function read(untrusted: Json): Manifest {
  const given = members(
    untrusted,
    "bundle casevault exhibits index_sha256 left_out made papers profile program traced",
  );
  const exhibits = list(given["exhibits"]);
  insist(exhibits.length <= MAX_EXHIBITS && typeof given["traced"] === "boolean");
  return {
    bundle: matching(BUNDLE_FORM, given["bundle"]),
    profile: text(given["profile"]),
    made: text(given["made"]),
    program: text(given["program"]),
    indexSha256: matching(HEX_FORM, given["index_sha256"]),
    leftOut: count(given["left_out"]),
    traced: given["traced"],
    papers: list(given["papers"]).map((one) => file(one, PAPER_FORM)),
    exhibits: exhibits.map(exhibit),
  };
}

function exhibit(untrusted: Json): Exhibit {
  const given = members(
    untrusted,
    "certificate_of commitment date files kind label language redactions sheets title translation_of",
  );
  const taken = given["redactions"];
  const label = matching(LABEL_FORM, given["label"]);
  const listed = list(given["files"]).map((one) => file(one, FILE_FORM));
  insist(isObject(taken) && !DEVICE.test(label));
  insist(listed.every(({ name }) => FILE_FORM.exec(name)?.[1] === label));
  return {
    label,
    title: text(given["title"]),
    kind: text(given["kind"]),
    date: text(given["date"]),
    language: text(given["language"]),
    files: listed,
    redactions: Object.fromEntries(Object.entries(taken).map(([name, value]) => [text(name), count(value)])),
    commitment: matching(HEX_FORM, given["commitment"]),
    translationOf: given["translation_of"] === null ? null : matching(LABEL_FORM, given["translation_of"]),
    certificateOf: given["certificate_of"] === null ? null : matching(LABEL_FORM, given["certificate_of"]),
    sheets: count(given["sheets"]),
  };
}

function file(untrusted: Json, form: RegExp): ListedFile {
  const given = members(untrusted, "name pages sha256 size");
  return {
    name: matching(form, given["name"]),
    sha256: matching(HEX_FORM, given["sha256"]),
    size: count(given["size"]),
    pages: text(given["pages"]),
  };
}

/** The members of an object that has exactly these, given in sorted order. */
function members(untrusted: Json, names: string): Members {
  insist(isObject(untrusted) && Object.keys(untrusted).sort().join(" ") === names);
  return untrusted;
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(untrusted: Json | undefined): Json[] {
  insist(Array.isArray(untrusted));
  return untrusted;
}

function matching(form: RegExp, untrusted: Json | undefined): string {
  insist(typeof untrusted === "string" && form.test(untrusted));
  return untrusted;
}

function text(untrusted: Json | undefined): string {
  // Characters are counted, not halves of them; a half alone is no text.
  insist(typeof untrusted === "string" && untrusted.length <= 2 * MAX_TEXT && !LONE_HALF.test(untrusted));
  insist(untrusted.length <= MAX_TEXT || [...untrusted].length <= MAX_TEXT);
  return untrusted;
}

function count(untrusted: Json | undefined): number {
  insist(typeof untrusted === "number" && Number.isInteger(untrusted) && untrusted >= 0 && untrusted < MAX_COUNT);
  return untrusted;
}

function insist(holds: boolean): asserts holds {
  if (!holds) throw new Fault("forged");
}
