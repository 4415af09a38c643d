/** The page itself: from the gate to the list, and back to nothing. */

import { type Bundle, check, matches } from "./bundle.ts";
import { button, h } from "./dom.ts";
import { Fault, type FaultKind, kindOf } from "./faults.ts";
import { type Asked, type Gate, gate } from "./gate.ts";
import { kindOfFile, shortName } from "./kinds.ts";
import { listing, type Sender } from "./listing.ts";
import type { ListedFile } from "./manifest.ts";
import { type Progress, unseal } from "./sealed.ts";
import { type Beside, beside, chosen, inline } from "./source.ts";
import { type Key, type Language, preferred, say, sayFault } from "./strings.ts";
import { confirmed, download, revokeAll, view } from "./viewer.ts";
import { isFingerprint, tidy } from "./words.ts";

type Phase = "reading" | "deriving" | "decrypting" | "checking";

/** What `#status` says, so that it can be said again in another language. */
type Said =
  | { readonly key: Key; readonly values: Readonly<Record<string, string | number>> }
  | { readonly fault: FaultKind };

/** Faults after which the same words may be tried again. */
const CORRIGIBLE = new Set<FaultKind>([
  "words",
  "fingerprint",
  "fingerprint-form",
  "no-file",
  "other-file",
  "unreadable",
  "memory",
]);

/** Where the cursor goes, if not to the words. */
const FIELDS: Partial<Record<FaultKind, "file" | "fingerprint">> = {
  "no-file": "file",
  "other-file": "file",
  unreadable: "file",
  fingerprint: "fingerprint",
  "fingerprint-form": "fingerprint",
};

class Reader {
  private language: Language = preferred(navigator.languages);
  private bundle: Bundle | null = null;
  private sender: Sender = "unproven";
  private said: Said = { key: "ready", values: {} };
  private readonly expected: Beside | null;
  private readonly gate: Gate;
  private readonly status = h("p", { id: "status", role: "status", "aria-live": "polite", "aria-atomic": "true" });
  private readonly bar = h("progress", { id: "progress", max: "1", hidden: true });
  private readonly main = h("main", { id: "main" });
  private readonly skip = h("a", { class: "skip", href: "#main" });
  private readonly switch = button("", { id: "language" }, () => this.turn());

  constructor() {
    this.expected = beside(document);
    this.gate = gate(this.expected, this.language, () => void this.open());
    this.skip.addEventListener("click", (event) => {
      event.preventDefault();
      heading()?.focus();
    });
    this.main.append(this.gate.element);
    const app = document.getElementById("app");
    app?.append(this.skip, h("header", {}, this.switch), this.main, h("div", { class: "state" }, this.status, this.bar));
    this.speak();
    addEventListener("pagehide", () => this.drop());
    addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
  }

  private async open(): Promise<void> {
    const asked = this.gate.take();
    this.gate.enable(false);
    try {
      const bundle = await this.opened(asked);
      this.sender = "unproven";
      if (asked.fingerprint.trim() !== "") {
        if (!matches(asked.fingerprint, bundle.fingerprint)) {
          bundle.payload.fill(0);
          throw new Fault("fingerprint");
        }
        this.sender = "proven";
      }
      this.bundle = bundle;
      for (const block of document.querySelectorAll("script.sealed")) block.remove();
      this.show();
      this.tell({ key: "opened", values: { count: bundle.manifest.exhibits.length } });
      heading()?.focus();
    } catch (thrown) {
      const kind = kindOf(thrown, "unknown");
      if (CORRIGIBLE.has(kind)) this.gate.give(asked.words);
      this.refuse(kind);
    }
  }

  private async opened(asked: Asked): Promise<Bundle> {
    const words = tidy(asked.words);
    if (this.expected && !asked.file) throw new Fault("no-file");
    if (words === "") throw new Fault("empty");
    if (asked.fingerprint.trim() !== "" && !isFingerprint(asked.fingerprint)) throw new Fault("fingerprint-form");
    const sealed =
      this.expected && asked.file
        ? await chosen(asked.file, this.expected, this.progress("reading"))
        : inline(document);
    this.progress("deriving")(0);
    const payload = await unseal(sealed, words, this.progress("deriving"), this.progress("decrypting"));
    this.progress("checking")(0);
    return check(payload, this.progress("checking"));
  }

  private refuse(kind: FaultKind): void {
    this.gate.enable(true);
    this.tell({ fault: kind });
    this.gate.correct(FIELDS[kind] ?? "words");
  }

  private progress(phase: Phase): Progress {
    let last = -1;
    return (done) => {
      const percent = Math.floor(done * 100);
      if (percent === last) return;
      last = percent;
      this.bar.hidden = false;
      this.bar.value = done;
      this.status.dataset["state"] = "working";
      // Read out at each tenth only.
      if (percent % 10 === 0) this.utter({ key: phase, values: { percent } });
    };
  }

  private tell(said: Said): void {
    this.bar.hidden = true;
    this.status.dataset["state"] = "fault" in said ? "failed" : this.bundle ? "open" : "";
    this.status.dataset["kind"] = "fault" in said ? said.fault : "";
    this.utter(said);
  }

  private utter(said: Said): void {
    this.said = said;
    this.status.textContent =
      "fault" in said ? sayFault(this.language, said.fault) : say(this.language, said.key, said.values);
  }

  private show(): void {
    const { bundle } = this;
    if (!bundle) return;
    const wishes = {
      view: (file: ListedFile) => this.view(bundle, file),
      save: (file: ListedFile) => void this.save(bundle, file),
      saveAll: () => void this.saveAll(bundle),
      forget: () => this.forget(),
      compared: (typed: string) => this.compared(typed, bundle),
    };
    this.main.replaceChildren(listing(bundle, this.sender, this.language, wishes));
  }

  private compared(typed: string, bundle: Bundle): void {
    if (!isFingerprint(typed)) {
      this.utter({ fault: "fingerprint-form" });
      return;
    }
    const sender = matches(typed, bundle.fingerprint) ? "proven" : "wrong";
    this.sender = sender;
    this.show();
    this.tell({ key: sender === "proven" ? "proven" : "mismatchLater", values: {} });
    heading()?.focus();
  }

  private view(bundle: Bundle, file: ListedFile): void {
    const data = bundle.members.get(file.name);
    if (!data || bundle.verdicts.get(file.name) !== "sound") return;
    const exhibit = bundle.manifest.exhibits.find((one) => one.files.includes(file));
    const title = exhibit ? `${exhibit.label}. ${exhibit.title || exhibit.kind}` : file.name;
    view(file.name, title, data, this.language, () => void this.save(bundle, file));
  }

  private async save(bundle: Bundle, file: ListedFile): Promise<void> {
    const name = shortName(file.name);
    if (bundle.verdicts.get(file.name) !== "sound" || !(await confirmed(name, this.language))) return;
    const data = bundle.members.get(file.name);
    if (!data || this.bundle !== bundle) return;
    download(name, data, kindOfFile(name).type);
    this.tell({ key: "saved", values: { name } });
  }

  private async saveAll(bundle: Bundle): Promise<void> {
    const name = `${bundle.manifest.bundle}.zip`;
    if (!(await confirmed(name, this.language)) || this.bundle !== bundle) return;
    download(name, bundle.payload, "application/zip");
    this.tell({ key: "saved", values: { name } });
  }

  /** Overwrites what was decrypted and lets go of it. */
  private drop(): void {
    revokeAll();
    this.bundle?.payload.fill(0);
    this.bundle = null;
    this.main.replaceChildren();
    for (const dialog of document.querySelectorAll("dialog")) dialog.remove();
  }

  private forget(): void {
    this.drop();
    location.reload();
  }

  private turn(): void {
    this.language = this.language === "en" ? "ru" : "en";
    this.speak();
    this.show();
    this.switch.focus();
  }

  private speak(): void {
    document.documentElement.lang = this.language;
    document.title = say(this.language, "title");
    this.skip.textContent = say(this.language, "skip");
    this.switch.textContent = say(this.language, "switch");
    const other = this.language === "en" ? "ru" : "en";
    this.switch.lang = other;
    this.switch.setAttribute("aria-label", say(this.language, "switchLabel"));
    this.gate.speak(this.language);
    this.utter(this.said);
  }
}

function heading(): HTMLElement | null {
  return document.getElementById("heading");
}

const root = document.documentElement;
if (!root.hasAttribute("data-lacking")) {
  root.setAttribute("data-started", "");
  // The payload is still being read: fields would be there before what they open.
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => new Reader());
  else new Reader();
}
