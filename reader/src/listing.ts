/** The opened bundle: what was checked, the exhibits in their order, the papers beside them. */

import { type Bundle, failed } from "./bundle.ts";
import { button, h } from "./dom.ts";
import { ABOUT, kindOfFile, shortName } from "./kinds.ts";
import type { Exhibit, ListedFile } from "./manifest.ts";
import { type Key, type Language, languageName, readable, say } from "./strings.ts";
import { phrase } from "./taken.ts";

export type Sender = "proven" | "unproven" | "wrong";

/** What the list can ask for. */
export interface Wishes {
  view(file: ListedFile): void;
  save(file: ListedFile): void;
  saveAll(): void;
  forget(): void;
  /** The fingerprint was compared after opening. */
  compared(typed: string): void;
}

/** The profile of a page that whoever has the vault made for their own eyes. */
const OWN = "view";
/** The profile in which nothing is taken out. */
const UNREDACTED = "internal";

type Say = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

export function listing(bundle: Bundle, sender: Sender, language: Language, wishes: Wishes): HTMLElement {
  const t: Say = (key, values) => say(language, key, values);
  const { manifest } = bundle;
  const own = manifest.profile === OWN;
  const values = { id: manifest.bundle, made: manifest.made.slice(0, 10), profile: manifest.profile };
  const notice = own ? "ownEyes" : manifest.profile === UNREDACTED ? "unredacted" : null;
  return h(
    "div",
    { id: "bundle" },
    h("h1", { id: "heading", tabindex: "-1" }, t("exhibitsHead")),
    ...(notice ? [h("p", { id: "notice", class: "note bad" }, t(notice))] : []),
    ...(own ? [] : [h("p", {}, t("bundle", values))]),
    checks(bundle, sender, language, wishes),
    h(
      "div",
      { class: "actions", role: "group" },
      ...(failed(bundle).length === 0 && !own ? [button(t("saveAll"), { id: "save-all" }, wishes.saveAll)] : []),
      button(t("print"), { id: "print" }, () => window.print()),
      button(t("forget"), { id: "close", class: "main" }, wishes.forget),
    ),
    ...(manifest.exhibits.some((one) => Object.keys(one.redactions).length > 0)
      ? [h("p", { class: "note" }, t("labels"))]
      : []),
    h("ol", { id: "exhibits", class: "cards" }, ...manifest.exhibits.map((one) => card(bundle, one, language, wishes))),
    ...papers(bundle, language, wishes),
  );
}

function checks(bundle: Bundle, sender: Sender, language: Language, wishes: Wishes): HTMLElement {
  const t: Say = (key, values) => say(language, key, values);
  const { manifest } = bundle;
  const wrong = failed(bundle).map(shortName);
  const line = (state: string, ...said: (Node | string)[]): HTMLElement => h("li", { class: state }, ...said);
  return h(
    "section",
    { id: "checks", "aria-labelledby": "checks-heading" },
    h("h2", { id: "checks-heading" }, t("checksHead")),
    h(
      "ul",
      { class: "marks" },
      line("good", t("checkContent")),
      line("good", t("checkSignature")),
      wrong.length === 0
        ? line("good", t("checkFiles", { count: bundle.verdicts.size }))
        : line("bad", t("checkFailed", { names: wrong.join(", ") })),
      // A page for one's own eyes is signed by a key that is nobody's.
      ...(manifest.profile === OWN ? [] : [senderLine(bundle, sender, language, wishes)]),
      ...(manifest.leftOut > 0 ? [line("plain", t("leftOut", { count: manifest.leftOut }))] : []),
      ...(manifest.traced ? [line("plain", t("traced"))] : []),
    ),
  );
}

function senderLine(bundle: Bundle, sender: Sender, language: Language, wishes: Wishes): HTMLElement {
  const t: Say = (key) => say(language, key);
  const said: Record<Sender, readonly [string, Key]> = {
    proven: ["good", "proven"],
    unproven: ["warn", "notProven"],
    wrong: ["bad", "mismatchLater"],
  };
  const [state, key] = said[sender];
  const item = h("li", { id: "sender", class: state, "data-sender": sender }, h("strong", {}, t(key)), " ");
  item.append(h("span", { class: "own" }, t("isFingerprint"), " ", h("code", {}, bundle.fingerprint)));
  if (sender === "proven") return item;
  const typed = h("input", { id: "fingerprint-later", type: "text", autocomplete: "off", spellcheck: "false" });
  typed.setAttribute("writingsuggestions", "false");
  const compare = (): void => wishes.compared(typed.value);
  typed.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) compare();
  });
  item.append(
    h(
      "div",
      { class: "row screen" },
      h("label", { for: "fingerprint-later" }, t("compareLater")),
      typed,
      button(t("compareNow"), { id: "compare" }, compare),
    ),
  );
  return item;
}

function card(bundle: Bundle, exhibit: Exhibit, language: Language, wishes: Wishes): HTMLElement {
  const t: Say = (key, values) => say(language, key, values);
  const of: string[] = [];
  if (exhibit.translationOf !== null) of.push(t("translationOf", { label: exhibit.translationOf }));
  if (exhibit.certificateOf !== null) of.push(t("certificateOf", { label: exhibit.certificateOf }));
  const facts: (readonly [string, string])[] = [
    [t("date"), exhibit.date],
    [t("language"), exhibit.language && languageName(language, exhibit.language)],
    [t("pages"), exhibit.sheets > 0 ? String(exhibit.sheets) : ""],
    [t("takenOut"), phrase(language, exhibit.redactions) || t("nothing")],
  ];
  const heading = `exhibit-${exhibit.label}`;
  return h(
    "li",
    { class: "card", "data-exhibit": exhibit.label, "aria-labelledby": heading },
    h(
      "h2",
      { id: heading },
      h("span", { class: "label" }, exhibit.label),
      " ",
      h("span", { dir: "auto" }, exhibit.title || exhibit.kind),
    ),
    ...of.map((text) => h("p", { class: "relation" }, text)),
    h(
      "dl",
      {},
      ...facts.filter(([, value]) => value !== "").map(([name, value]) => pair(name, value)),
    ),
    h("ul", { class: "files" }, ...exhibit.files.map((file) => fileRow(bundle, file, exhibit.label, language, wishes))),
  );
}

function pair(name: string, value: string): HTMLElement {
  return h("div", {}, h("dt", {}, name), h("dd", { dir: "auto" }, value));
}

function papers(bundle: Bundle, language: Language, wishes: Wishes): HTMLElement[] {
  const { papers: listed } = bundle.manifest;
  if (listed.length === 0) return [];
  const rows = listed.map((file) => {
    const row = fileRow(bundle, file, null, language, wishes);
    const key = ABOUT[file.name];
    row.dataset["paper"] = file.name;
    if (key) row.prepend(h("strong", {}, say(language, key)), " · ");
    return row;
  });
  return [
    h("h2", { id: "papers-heading" }, say(language, "papersHead")),
    h("ul", { id: "papers", class: "files", "aria-labelledby": "papers-heading" }, ...rows),
  ];
}

/** A file with its state and hash, and what can be done with it. `label` is null for a paper. */
function fileRow(
  bundle: Bundle,
  file: ListedFile,
  label: string | null,
  language: Language,
  wishes: Wishes,
): HTMLElement {
  const t: Say = (key, values) => say(language, key, values);
  const verdict = bundle.verdicts.get(file.name) ?? "missing";
  const name = shortName(file.name);
  const values = { label: label ?? "", name };
  // Whether a custody log holds, this page does not look at.
  const said = verdict === "sound" && label === null ? (name === "custody.json" ? "listedProofs" : "listed") : verdict;
  const row = h(
    "li",
    { "data-file": file.name, "data-verdict": verdict },
    h("span", { class: "name" }, name),
    " ",
    h("span", { class: "size" }, readable(language, file.size)),
    " ",
    h("span", { class: verdict === "sound" ? "good" : "bad" }, t(said)),
  );
  if (verdict === "sound") {
    const actions = h("span", { class: "screen acts" });
    if (kindOfFile(file.name).way !== null) {
      const spoken = t(label === null ? "viewPaper" : "viewLabel", values);
      actions.append(button(t("view"), { class: "view", "aria-label": spoken }, () => wishes.view(file)), " ");
    }
    const spoken = t(label === null ? "savePaper" : "saveLabel", values);
    actions.append(button(t("save"), { class: "save", "aria-label": spoken }, () => wishes.save(file)));
    row.append(" ", actions);
  }
  row.append(h("span", { class: "hash" }, "SHA-256 ", h("code", {}, file.sha256)));
  return row;
}
