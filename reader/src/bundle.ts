/** What is in an opened payload, and what of it holds. */

import { type Bytes, equal, sha256 } from "./bytes.ts";
import { Fault } from "./faults.ts";
import { indexPage } from "./index.ts";
import { files, INDEX_NAME, type ListedFile, type Manifest, NAME, parse, SIGNATURE_NAME } from "./manifest.ts";
import { type Progress, rests } from "./sealed.ts";
import { fingerprint, type Key, verify } from "./signature.ts";
import { fingerprintReadings } from "./words.ts";
import { unpack } from "./zip.ts";

/** `sound`: the very bytes that the signed list names. */
export type Verdict = "sound" | "altered" | "missing";

export interface Bundle {
  readonly manifest: Manifest;
  readonly key: Key;
  readonly fingerprint: string;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly members: ReadonlyMap<string, Bytes>;
  /** The whole ZIP. */
  readonly payload: Bytes;
}

/**
 * Checks the payload: the ZIP's form, the list's form and signature, and every file against the list. Raises Fault
 * "forged", "newer", "older" where nothing may be shown; what is wrong with single files stands in `verdicts`.
 */
export async function check(payload: Bytes, progress: Progress): Promise<Bundle> {
  const members = unpack(payload);
  const untrusted = members.get(NAME);
  const signature = members.get(SIGNATURE_NAME);
  if (!untrusted || !signature) throw new Fault("forged");
  // The form first: a list of a later version may be signed in another way.
  const manifest = parse(untrusted);
  const key = verify(signature, untrusted);
  const listed = files(manifest);
  const known = new Set([NAME, SIGNATURE_NAME, INDEX_NAME, ...listed.map((file) => file.name)]);
  for (const name of members.keys()) if (!known.has(name)) throw new Fault("forged");
  const rest = rests();
  const verdicts = new Map<string, Verdict>();
  verdicts.set(INDEX_NAME, await judgeIndex(members.get(INDEX_NAME), manifest));
  for (const [number, file] of listed.entries()) {
    verdicts.set(file.name, await judge(members.get(file.name), file));
    await rest(() => progress((number + 1) / listed.length));
  }
  return { manifest, key, fingerprint: fingerprint(key), verdicts, members, payload };
}

/** Not only the listed hash: the very page that this list gives. */
async function judgeIndex(data: Bytes | undefined, manifest: Manifest): Promise<Verdict> {
  if (!data) return "missing";
  return equal(data, indexPage(manifest)) && (await sha256(data)) === manifest.indexSha256 ? "sound" : "altered";
}

async function judge(data: Bytes | undefined, file: ListedFile): Promise<Verdict> {
  if (!data) return "missing";
  return data.length === file.size && (await sha256(data)) === file.sha256 ? "sound" : "altered";
}

/** Whether a fingerprint as it was typed is the key's. */
export function matches(told: string, real: string): boolean {
  return fingerprintReadings(told).includes(real.replace(/ /g, ""));
}

/** The names of files that are not what the list says. */
export function failed(bundle: Bundle): string[] {
  return [...bundle.verdicts].filter(([, verdict]) => verdict !== "sound").map(([name]) => name);
}
