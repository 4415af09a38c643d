/** What may be shown, by the ending of a file's name alone: what the bytes look like has no say. */

import type { Key } from "./strings.ts";

/** What the papers beside the exhibits are. */
export const ABOUT: Readonly<Record<string, Key>> = { "custody.pdf": "custodyPdf", "custody.json": "custodyJson" };

export type Way = "pdf" | "image" | "text" | "sound" | "film";

export interface Kind {
  readonly way: Way | null;
  readonly type: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  pdf: { way: "pdf", type: "application/pdf" },
  png: { way: "image", type: "image/png" },
  jpg: { way: "image", type: "image/jpeg" },
  gif: { way: "image", type: "image/gif" },
  webp: { way: "image", type: "image/webp" },
  txt: { way: "text", type: "text/plain;charset=utf-8" },
  mp3: { way: "sound", type: "audio/mpeg" },
  wav: { way: "sound", type: "audio/wav" },
  flac: { way: "sound", type: "audio/flac" },
  ogg: { way: "sound", type: "audio/ogg" },
  m4a: { way: "sound", type: "audio/mp4" },
  mp4: { way: "film", type: "video/mp4" },
  mov: { way: "film", type: "video/quicktime" },
  mkv: { way: "film", type: "video/x-matroska" },
  webm: { way: "film", type: "video/webm" },
};
const OTHER: Kind = { way: null, type: "application/octet-stream" };

export function kindOfFile(name: string): Kind {
  const ending = name.slice(name.lastIndexOf(".") + 1);
  return Object.hasOwn(KINDS, ending) ? (KINDS[ending] ?? OTHER) : OTHER;
}

/** The name without its folder. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
