import assert from "node:assert/strict";
import test from "node:test";
import { listing } from "../src/listing.ts";

/** As much of an element as the list needs: attributes, and what is in it. */
class Element {
  attributes = {};
  dataset = {};
  inside = [];
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  append(...more) {
    this.inside.push(...more);
  }
  prepend(...more) {
    this.inside.unshift(...more);
  }
  addEventListener() {}
  get textContent() {
    return this.inside.map((one) => one.textContent ?? one).join("");
  }
  find(holds) {
    if (holds(this)) return this;
    return this.inside.reduce((found, one) => found ?? (one instanceof Element ? one.find(holds) : null), null);
  }
}
globalThis.document = { createElement: () => new Element() };

const FINGERPRINT = "1234 ABCD";
const papers = ["custody.pdf", "custody.json"].map((name) => ({ name, sha256: "ab".repeat(32), size: 1, pages: "" }));

function shown(profile, language, sender = "unproven") {
  const manifest = { bundle: "B-7K3Q9V", profile, made: "2026-11-22", leftOut: 0, traced: false, papers, exhibits: [] };
  const verdicts = new Map(papers.map(({ name }) => [name, "sound"]));
  return listing({ manifest, fingerprint: FINGERPRINT, verdicts }, sender, language, {});
}

const by = (page, id) => page.find((one) => one.attributes.id === id);

test("a page for the vault's holder says so first, and nothing of a sender", () => {
  const said = { en: /holder of the vault.*not redacted.*not a bundle.*Don't hand it on/, ru: /ничего не убрано.*не пакет.*Никому не передавайте/ };
  for (const [language, words] of Object.entries(said)) {
    for (const sender of ["unproven", "proven", "wrong"]) {
      const page = shown("view", language, sender);
      assert.match(by(page, "notice").textContent, words);
      assert.match(by(page, "notice").attributes.class, /\bbad\b/);
      for (const id of ["sender", "fingerprint-later", "save-all"]) assert.equal(by(page, id), null, id);
      assert.ok(!page.textContent.includes(FINGERPRINT) && !page.textContent.includes("B-7K3Q9V"));
    }
  }
});

test("a bundle in which nothing was redacted says so, and others don't", () => {
  assert.match(by(shown("internal", "en"), "notice").textContent, /Nothing was redacted/);
  assert.match(by(shown("internal", "ru"), "notice").textContent, /ничего не убрано/);
  for (const profile of ["internal", "lawyer"]) assert.ok(by(shown(profile, "en"), "sender") && by(shown(profile, "en"), "save-all"));
  for (const profile of ["lawyer", "public", "constructor"]) assert.equal(by(shown(profile, "en"), "notice"), null);
});

test("papers are not called checked: their proofs are not", () => {
  const rows = (language) => papers.map(({ name }) => shown("lawyer", language).find((one) => one.dataset.paper === name).textContent);
  for (const row of rows("en")) assert.ok(row.includes("equals the signed list") && !/(?<!are )\bchecked/.test(row), row);
  for (const row of rows("ru")) assert.ok(row.includes("совпадает с подписанным списком") && !row.includes("проверен"), row);
  assert.match(rows("en")[1], /proofs are checked by casevault bundle verify/);
  assert.match(rows("ru")[1], /проверяет casevault bundle verify/);
});
