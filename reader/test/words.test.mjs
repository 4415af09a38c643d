import assert from "node:assert/strict";
import test from "node:test";
import { byKey, fingerprintReadings, isFingerprint, tidy } from "../src/words.ts";

const WORDS = "wobble jaguar unfold sixth carve onset";

const TYPED = {
  "as told": "wobble jaguar unfold sixth carve onset",
  capitals: "WOBBLE Jaguar UnFold SIXTH carve Onset",
  "spaces and line ends": "  wobble\tjaguar \r\n unfold\u00a0sixth\u2003carve\n\nonset ",
  hyphens: "wobble-jaguar-unfold--sixth-carve-onset-",
  "typographic hyphens": "wobble\u2010jaguar\u2011unfold\u2012sixth\u2013carve\u2014onset\u2015",
  "minus and full-width": "wobble\u2212jaguar\uff0dunfold \ufe58 sixth \ufe63 carve onset",
  "hyphens at line ends": "wobble -\njaguar -\nunfold - sixth - carve - onset",
  numbered: "1. wobble 2) jaguar (3) unfold 4: sixth 5 carve #6 onset.",
  punctuation: '"wobble", jaguar; unfold / sixth | carve, \u00abonset\u00bb!',
  "full-width letters": "\uff57\uff4f\uff42\uff42\uff4c\uff45 jaguar unfold sixth carve onset",
  "Russian layout": "цщииду офпгфк гтащдв ышчер сфкму щтыуе",
  "Russian layout, capitals": "ЦЩИИДУ ОФПГФК Гтащдв Ышчер Сфкму Щтыуе",
  "Ukrainian layout": "цщииду офпгфк гтащдв ішчер сфкму щтіуе",
  "one word of another layout": "wobble офпгфк unfold sixth carve onset",
  "Turkish letters": "wobble jaguar unfold s\u0131xth carve onset",
  "Turkish capital": "wobble jaguar unfold S\u0130XTH carve onset",
  invisible: "\ufeffwobble\u200b jaguar unfold sixth carve onset\u200e",
};

for (const [name, typed] of Object.entries(TYPED)) {
  test(`words: ${name}`, () => assert.equal(tidy(typed), WORDS));
}

test("only the list's own hyphens stay", () => {
  assert.equal(tidy("Drop-down T\u2011shirt yo-yo felt-tip"), "drop-down t-shirt yo-yo felt-tip");
  assert.equal(tidy("apple-drop-down-yo-yo-t-shirt-felt-tip-tip"), "apple drop-down yo-yo t-shirt felt-tip tip");
  assert.equal(tidy("drop down"), "drop down");
  assert.equal(tidy("вкщз-вщцт"), "drop-down");
});

test("other words stay other words", () => {
  assert.notEqual(tidy("wobble jaguar unfold sixth carve onsets"), WORDS);
  assert.notEqual(tidy("jaguar wobble unfold sixth carve onset"), WORDS);
  assert.notEqual(tidy("wobblejaguar unfold sixth carve onset"), WORDS);
  assert.equal(tidy(" \n - 12 . "), "");
});

test("letters without a Latin key stay as they are", () => assert.equal(byKey("жхъё"), "жхъё"));

test("a fingerprint in any of its forms", () => {
  const real = "14183DF21A1319CBF1F4E6910EA6D09F";
  for (const typed of [
    "1418 3DF2 1A13 19CB F1F4 E691 0EA6 D09F",
    "1418-3df2-1a13-19cb-f1f4-e691-0ea6-d09f",
    "14183df21a1319cbf1f4e6910ea6d09f",
    "1418\u20133DF2:1A13.19\u0421\u0412 F1F4 \u0415691 \u041e\u0415\u04106 D09F\n", // look-alikes
    "1418 3ва2 1ф13 19си а1а4 у691 0уф6 в09а", // the same keys on the Russian layout
  ]) {
    assert.ok(fingerprintReadings(typed).includes(real), typed);
  }
  for (const typed of ["", "1418", `${real}0`, real.replace("1", "2"), `x${real}`]) {
    assert.ok(!fingerprintReadings(typed).includes(real), typed);
  }
  assert.deepEqual([real, `${real.slice(1)}g`, real.slice(1), "", `${real} 0`].map(isFingerprint), [true, false, false, false, false]);
});
