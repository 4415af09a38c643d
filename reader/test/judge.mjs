// What the reader's modules make of requests: lists as JSON on stdin, one a line, and as many lines of answers.
import { createInterface } from "node:readline";
import { check, matches } from "../src/bundle.ts";
import { indexPage } from "../src/index.ts";
import { parse } from "../src/manifest.ts";
import { unseal } from "../src/sealed.ts";
import { tidy } from "../src/words.ts";

const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));

const ACTS = {
  tidy: async ({ typed }) => tidy(typed),
  matches: async ({ told, real }) => matches(told, real),
  index: async ({ manifest }) => Buffer.from(indexPage(parse(bytes(manifest)))).toString("base64"),
  flips: async ({ payload, places }) => {
    const whole = bytes(payload);
    const outcomes = [];
    for (const place of places) {
      const data = whole.slice();
      data[place >> 3] ^= 1 << (place & 7);
      const found = await check(data, () => undefined).catch((fault) => fault.kind ?? String(fault));
      outcomes.push(typeof found === "string" ? found : [...new Set(found.verdicts.values())].sort());
    }
    return outcomes;
  },
  check: async ({ payload }) => judged(await check(bytes(payload), () => undefined)),
  open: async ({ file, words }) => {
    const heard = [];
    const payload = await unseal(bytes(file), words, (done) => heard.push(done), () => undefined);
    return { ...judged(await check(payload, () => undefined)), steps: heard.length };
  },
};

function judged(bundle) {
  return {
    manifest: bundle.manifest,
    fingerprint: bundle.fingerprint,
    verdicts: Object.fromEntries(bundle.verdicts),
    sizes: Object.fromEntries([...bundle.members].map(([name, data]) => [name, data.length])),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const answers = [];
  for (const { act, ...rest } of JSON.parse(line)) {
    answers.push(await ACTS[act](rest).catch((fault) => ({ fault: fault.kind ?? String(fault) })));
  }
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
