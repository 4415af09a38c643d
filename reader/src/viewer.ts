/** Shows one file, and asks before one is saved. Both are dialogs: the page behind rests, and Escape closes them. */

import type { Bytes } from "./bytes.ts";
import { button, h } from "./dom.ts";
import { kindOfFile, shortName, type Way } from "./kinds.ts";
import { type Language, say } from "./strings.ts";

/** How much of a text is shown, in bytes. */
const MAX_TEXT = 2 << 20;
/** How long a saved file's address lives: browsers take a while to fetch what was clicked, in milliseconds. */
const SAVING = 60_000;

/** Chromium's own bar would offer to save without a warning, and to upload to a drive. */
const PDF_VIEW = "#toolbar=0&navpanes=0";

const urls = new Set<string>();

/** An address for these bytes inside this page. */
function address(data: Bytes, type: string): string {
  const url = URL.createObjectURL(new Blob([data], { type }));
  urls.add(url);
  return url;
}

function revoke(url: string): void {
  URL.revokeObjectURL(url);
  urls.delete(url);
}

/** Makes every address that was given out worthless. */
export function revokeAll(): void {
  for (const url of [...urls]) revoke(url);
}

/** Shows a file in `#viewer`; `save` is called when the dialog's own button is pressed. */
export function view(name: string, heading: string, data: Bytes, language: Language, save: () => void): void {
  const { way, type } = kindOfFile(name);
  if (way === null) return;
  const url = way === "text" ? null : address(data, type);
  const title = h("h2", { id: "viewer-heading", tabindex: "-1", dir: "auto" }, heading);
  const dialog = h(
    "dialog",
    { id: "viewer", "aria-labelledby": "viewer-heading" },
    h(
      "div",
      { class: "bar" },
      title,
      button(say(language, "save"), { class: "save" }, save),
      button(say(language, "close"), { id: "viewer-close", class: "main" }, () => dialog.close()),
    ),
    ...content(way, url, data, shortName(name), language),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (url !== null) revoke(url);
  });
  document.body.append(dialog);
  dialog.showModal();
  title.focus();
}

function content(way: Way, url: string | null, data: Bytes, name: string, language: Language): HTMLElement[] {
  const label = say(language, "pdfOf", { name });
  const src = url ?? "";
  switch (way) {
    case "pdf":
      if (navigator.pdfViewerEnabled === false) return [h("p", { class: "note" }, say(language, "noPdf"))];
      return [h("iframe", { src: src + PDF_VIEW, title: label }), h("p", { class: "hint" }, say(language, "pdfHint"))];
    case "image":
      return picture(src, label, language);
    case "sound":
    case "film": {
      const player = h(way === "sound" ? "audio" : "video", { src, controls: true, "aria-label": label });
      return [player, h("p", { class: "hint" }, say(language, "playHint"))];
    }
    case "text": {
      const text = new TextDecoder().decode(data.subarray(0, MAX_TEXT));
      const cut = data.length > MAX_TEXT ? [h("p", { class: "note" }, say(language, "longText"))] : [];
      return [...cut, h("pre", { tabindex: "0", dir: "auto", "aria-label": label }, text)];
    }
  }
}

/** A picture, fitted in; in its full size it can be scrolled, also by keys. */
function picture(src: string, label: string, language: Language): HTMLElement[] {
  const frame = h("div", { class: "picture", tabindex: "0", role: "group", "aria-label": label });
  frame.append(h("img", { src, alt: label }));
  const size = button(say(language, "fullSize"), { id: "viewer-size", "aria-pressed": "false" }, () => {
    size.setAttribute("aria-pressed", String(frame.classList.toggle("full")));
  });
  return [h("p", {}, size), frame];
}

/** Whether its user wants an unencrypted copy, after reading what that means. */
export function confirmed(name: string, language: Language): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (yes: boolean) => () => dialog.close(yes ? "yes" : "no");
    const no = button(say(language, "confirmNo"), { id: "confirm-no" }, answer(false));
    const dialog = h(
      "dialog",
      { id: "confirm", role: "alertdialog", "aria-labelledby": "confirm-heading", "aria-describedby": "confirm-text" },
      h("h2", { id: "confirm-heading" }, say(language, "confirmHead")),
      h("p", { id: "confirm-text" }, say(language, "confirm", { name })),
      h(
        "div",
        { class: "actions" },
        no,
        button(say(language, "confirmYes"), { id: "confirm-yes", class: "main" }, answer(true)),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}

/** Hands bytes to the browser to be written as a file. */
export function download(name: string, data: Bytes, type: string): void {
  const url = address(data, type);
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => revoke(url), SAVING);
}
