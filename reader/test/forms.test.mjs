import assert from "node:assert/strict";
import test from "node:test";
import { fromBase64, toBase64 } from "../src/bytes.ts";
import { dump, load } from "../src/canonical.ts";
import { Fault, kindOf } from "../src/faults.ts";
import { kindOfFile } from "../src/kinds.ts";
import { chosen, inline } from "../src/source.ts";
import { languageName, preferred, readable, say, sayFault } from "../src/strings.ts";
import { phrase } from "../src/taken.ts";

test("base64 takes what encoding gives, and nothing else", () => {
  for (let length = 0; length < 50; length++) {
    const data = Uint8Array.from({ length }, (_, place) => (place * 37 + length) & 255);
    assert.deepEqual(fromBase64(toBase64(data)), data);
  }
  for (const text of ["QQ", "QQ=", "QR==", "QUJ=", "QQ==\n", " QQ=", "Q=Q=", "QQ==QQ==", "====", "QQ-_", "Ж==="]) {
    assert.throws(() => fromBase64(text), undefined, text);
  }
});

test("canonical JSON is read, anything else is not", () => {
  for (const text of ['{"a":1,"b":[true,null,"\\u0001é"]}', "[]", '{"__proto__":1,"a":{}}', '"\\ud800"']) {
    assert.equal(dump(load(text)), text);
  }
  for (const text of ['{"b":1,"a":2}', '{"a":1,"a":2}', '{ "a":1}', "1.0", "1e2", '"\\u00e9"', '{"a":1}\n', "-0"]) {
    assert.throws(() => load(text), SyntaxError, text);
  }
});

test("what may be shown is told by the ending alone", () => {
  assert.equal(kindOfFile("exhibits/A.pdf").type, "application/pdf");
  assert.equal(kindOfFile("exhibits/B-2.mkv").way, "film");
  for (const name of ["exhibits/A.svg", "a.html", "a.PDF", "custody.json", "x.bin", "constructor", "a.__proto__", ""]) {
    assert.deepEqual(kindOfFile(name), { way: null, type: "application/octet-stream" }, name);
  }
});

const hash = async (data) => Buffer.from(await crypto.subtle.digest("SHA-256", data)).toString("hex");

test("a chosen file is read whole, if it is the expected one", async () => {
  const data = new Uint8Array(9_000_001).map((_, place) => place % 251);
  data.set(new TextEncoder().encode("age-encryption.org/v1\n"));
  const expected = { name: "EX-7K3Q9V.age", sha256: await hash(data) };
  const read = await chosen(new File([data], expected.name), expected, () => undefined);
  assert.equal(Buffer.compare(read, data), 0);
  data[8_999_999] ^= 1;
  const other = chosen(new File([data], expected.name), expected, () => undefined);
  await assert.rejects(other, { kind: "other-file" });
});

test("files that are something else are named so before any work", async () => {
  const expected = { name: "a.age", sha256: "0".repeat(64) };
  const kind = (...parts) => chosen(new File(parts, "a.age"), expected, () => undefined).catch((fault) => fault.kind);
  assert.equal(await kind("%PDF-1.7 and more than that of it"), "not-a-bundle");
  assert.equal(await kind(), "cut-off");
  assert.equal(await kind("-----BEGIN AGE ENCRYPTED FILE-----\n"), "not-a-bundle");
  assert.equal(await kind("age-encryption.org/v1\n-> scrypt"), "other-file");
});

/** What `inline` asks of a page. */
const page = (blocks, end = true) => ({
  querySelector: (selector) => (selector === "#end" && end ? {} : null),
  querySelectorAll: (selector) => (selector === "script.sealed" ? blocks.map((textContent) => ({ textContent })) : []),
});

test("the blocks of a page are joined", () => {
  assert.deepEqual(inline(page(["AQID", "BAUG", "Bw=="])), Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
  const kind = (made) => {
    try {
      return inline(made);
    } catch (fault) {
      return fault.kind;
    }
  };
  assert.equal(kind(page(["AQID"], false)), "cut-off");
  assert.equal(kind(page([])), "cut-off");
  for (const block of ["AQI", "AQ I", "AQI*", "AQID\n", "Bx=="]) assert.equal(kind(page([block])), "damaged", block);
});

test("faults keep their kind, and the browser's own get one", () => {
  assert.equal(kindOf(new Fault("forged"), "unknown"), "forged");
  assert.equal(kindOf(new RangeError("Array buffer allocation failed"), "words"), "memory");
  assert.equal(kindOf(new DOMException("", "NotReadableError"), "damaged"), "unreadable");
  assert.equal(kindOf(new TypeError("x"), "damaged"), "damaged");
});

test("every sentence is there in both languages, with the same places to fill in", () => {
  const keys = ["file", "deriving", "checkFailed", "viewLabel", "confirm", "bundle", "opened"];
  for (const key of keys) {
    const values = { name: "N", percent: "P", names: "NS", label: "L", id: "I", made: "M", profile: "F", count: "C" };
    const said = [say("en", key, values), say("ru", key, values)];
    assert.ok(!/[{}]/.test(said.join("")), key);
    const filled = said.map((text) => Object.values(values).filter((one) => new RegExp(`(?<!\\p{L})${one}(?!\\p{L})`, "u").test(text)));
    assert.deepEqual(filled[0], filled[1], key);
    assert.ok(!/[а-яё]/i.test(said[0] ?? "") && /[а-яё]/i.test(said[1] ?? ""), key);
  }
  assert.notEqual(sayFault("en", "words"), sayFault("ru", "words"));
  // A wrong word is not named: nobody knows which it is.
  assert.match(sayFault("en", "words"), /can't be told apart/);
});

test("languages, sizes and names of languages", () => {
  assert.equal(preferred(["de-DE", "ru-RU", "en"]), "ru");
  assert.equal(preferred(["fr", "en-GB", "ru"]), "en");
  assert.equal(preferred([]), "en");
  assert.equal(readable("en", 999), "999 bytes");
  assert.equal(readable("en", 1_440_000), "1.4 MB");
  assert.equal(readable("ru", 25_000_000), "25\u00a0МБ".replace("\u00a0", " "));
  assert.equal(languageName("en", "ru"), "Russian");
  assert.equal(languageName("ru", "en"), "английский");
  assert.equal(languageName("en", "no such language"), "no such language");
});

test("what was taken out, in words", () => {
  assert.equal(phrase("en", { PHONE: 1, PERSON: 2, NUMBER: 1, CODE: 2 }), "other numbers: 3; names of people: 2; telephone numbers: 1");
  assert.equal(phrase("ru", { PERSON: 2 }), "имена людей: 2");
  assert.equal(phrase("en", { SOME_THING: 1, constructor: 1 }), "some thing: 1; constructor: 1");
  assert.equal(phrase("en", {}), "");
});
