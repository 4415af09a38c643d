// What the reader's modules make of each request: a list as JSON on stdin, the answers as JSON on stdout.
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

let text = "";
for await (const piece of process.stdin) text += piece;
const answers = [];
for (const { act, ...rest } of JSON.parse(text)) {
  answers.push(await ACTS[act](rest).catch((fault) => ({ fault: fault.kind ?? String(fault) })));
}
process.stdout.write(JSON.stringify(answers));
