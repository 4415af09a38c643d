/** What stands on the page before anything is opened: what this is, and fields for the words and the fingerprint. */

import { button, h } from "./dom.ts";
import type { Beside } from "./source.ts";
import { type Key, type Language, say } from "./strings.ts";

export interface Asked {
  readonly words: string;
  readonly fingerprint: string;
  readonly file: File | null;
}

export interface Gate {
  readonly element: HTMLElement;
  /** What was typed. The field of the words is emptied. */
  take(): Asked;
  /** Puts words back that may only need a letter changed. */
  give(words: string): void;
  /** Whether the fields take anything; `false` while the page works. */
  enable(enabled: boolean): void;
  /** Puts the cursor where something must be corrected. */
  correct(field: "words" | "fingerprint" | "file"): void;
  /** Says everything in another language; what was typed stays. */
  speak(language: Language): void;
}

export function gate(expected: Beside | null, language: Language, open: () => void): Gate {
  const labels: (readonly [Element, Key])[] = [];
  const said = <E extends Element>(element: E, key: Key): E => {
    labels.push([element, key]);
    return element;
  };
  const words = field("words", true);
  const fingerprint = field("fingerprint", false);
  const file = h("input", { id: "file", type: "file", accept: ".age", "aria-describedby": "file-hint" });
  const go = said(button("", { id: "open", class: "main" }, open), "open");
  for (const one of [words, fingerprint]) {
    one.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing && !go.disabled) open();
    });
  }
  const row = (input: HTMLInputElement, label: Key, hint: Key): HTMLElement =>
    h(
      "div",
      { class: "row" },
      said(h("label", { for: input.id }), label),
      said(h("p", { id: `${input.id}-hint`, class: "hint" }), hint),
      input,
    );
  const element = h(
    "section",
    { id: "gate", "aria-labelledby": "heading" },
    said(h("h1", { id: "heading", tabindex: "-1" }), "whatHead"),
    said(h("p", {}), "what"),
    said(h("p", { class: "note" }), "compare"),
    expected ? said(h("p", { class: "note" }), "compareBoth") : null,
    // No form: nothing is ever submitted, and no browser offers to remember it.
    h(
      "div",
      { role: "group", "aria-labelledby": "heading" },
      expected ? row(file, "file", "fileHint") : null,
      row(words, "words", "wordsHint"),
      row(fingerprint, "told", "toldHint"),
      go,
    ),
  );
  const fields = { words, fingerprint, file };
  const made: Gate = {
    element,
    take() {
      const asked = { words: words.value, fingerprint: fingerprint.value, file: file.files?.[0] ?? null };
      words.value = "";
      return asked;
    },
    give(text) {
      words.value = text;
    },
    enable(enabled) {
      for (const one of [words, fingerprint, file, go]) one.disabled = !enabled;
    },
    correct(name) {
      for (const input of Object.values(fields)) {
        input.removeAttribute("aria-invalid");
        input.removeAttribute("aria-errormessage");
      }
      fields[name].setAttribute("aria-invalid", "true");
      fields[name].setAttribute("aria-errormessage", "status");
      fields[name].focus();
    },
    speak(now) {
      const values = expected ? { name: expected.name } : {};
      for (const [one, key] of labels) one.textContent = say(now, key, values);
    },
  };
  made.speak(language);
  return made;
}

function field(id: string, spelled: boolean): HTMLInputElement {
  return h("input", {
    id,
    type: "text",
    autocomplete: "off",
    autocapitalize: "none",
    autocorrect: "off",
    // Browsers may send what is checked for its spelling to a server of theirs.
    spellcheck: "false",
    // So may what completes sentences.
    writingsuggestions: "false",
    "aria-describedby": `${id}-hint`,
    "aria-required": spelled ? "true" : "false",
  });
}
