import assert from "node:assert/strict";
import test from "node:test";
import { fromBase64, toBase64 } from "../src/bytes.ts";
import { dump, load } from "../src/canonical.ts";
import { Fault, kindOf } from "../src/faults.ts";
import { kindOfFile } from "../src/kinds.ts";
import { chosen, digest } from "../src/source.ts";
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

test("a chosen file is heard from its beginning to its end, in pieces", async () => {
  const data = new Uint8Array(9_000_001).map((_, place) => place % 251);
  data.set(new TextEncoder().encode("age-encryption.org/v1\n"));
  const file = new File([data], "EX-7K3Q9V.age");
  let heard = 0;
  const sealed = await chosen(file, (piece) => {
    assert.ok(piece.length <= 1 << 20);
    heard += piece.length;
  });
  const whole = new Uint8Array(await new Response(sealed.stream()).arrayBuffer());
  assert.deepEqual([sealed.size, heard, whole.length], [9_000_001, 9_000_001, 9_000_001]);
  assert.deepEqual(Buffer.compare(whole, data), 0);
  const hash = Buffer.from(await crypto.subtle.digest("SHA-256", data)).toString("hex");
  assert.equal(await digest(file), hash);
});

test("files that are something else are named so before any work", async () => {
  const kind = (file) => chosen(file, () => undefined).then(() => "none", (fault) => fault.kind);
  assert.equal(await kind(new File(["%PDF-1.7 and more than that of it"], "a.age")), "not-a-bundle");
  assert.equal(await kind(new File([], "a.age")), "cut-off");
  assert.equal(await kind(new File(["-----BEGIN AGE ENCRYPTED FILE-----\n"], "a.age")), "not-a-bundle");
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
