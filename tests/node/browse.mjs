// Drives a browser through steps that are given as JSON on stdin, and answers with what each of them gave.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const FLAGS = {
  chrome: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
  ],
  firefox: [],
};
const PREFERENCES = {
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "browser.safebrowsing.downloads.remote.enabled": false,
};

const request = JSON.parse(readFileSync(0, "utf8"));
const chrome = request.browser === "chrome";
const browser = await puppeteer.launch({
  browser: request.browser,
  executablePath: request.program,
  userDataDir: request.profile,
  headless: true,
  args: [...FLAGS[request.browser], ...(request.flags ?? [])],
  extraPrefsFirefox: { ...PREFERENCES, ...(request.preferences ?? {}) },
  pipe: chrome,
  protocolTimeout: request.seconds * 1000,
});
const after = (ms) => new Promise((done) => setTimeout(() => done(null), ms));
const asked = [];
const said = [];
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(request.seconds * 1000);
  page.on("request", (one) => asked.push(one.url().slice(0, 200)));
  page.on("console", (one) => said.push(one.text()));
  page.on("pageerror", (one) => said.push(String(one)));
  page.on("dialog", (one) => (request.refuse ? one.dismiss() : one.accept()));
  await page.setViewport(request.viewport ?? { width: 1200, height: 900 });
  const steps = {
    goto: (step) => page.goto(step.url, { waitUntil: "load" }).then(() => null),
    type: (step) => page.type(step.at, step.text).then(() => null),
    fill: (step) => page.$eval(step.at, (field, text) => { field.value = text; }, step.text).then(() => null),
    click: (step) => page.click(step.at).then(() => null),
    key: (step) => page.keyboard.press(step.key).then(() => null),
    pick: async (step) => (await page.$(step.at)).uploadFile(step.file).then(() => null),
    wait: (step) => page.waitForFunction(step.until, { timeout: request.seconds * 1000, polling: 50 }).then(() => null),
    pause: (step) => after(step.ms),
    hold: async () => {
      writeFileSync(request.hold, "");
      while (!existsSync(`${request.hold}.on`)) await after(50);
    },
    look: (step) => page.evaluate(step.script),
    media: (step) => page.emulateMediaFeatures(step.features).then(() => null),
    shot: (step) => page.screenshot({ path: step.file, fullPage: step.whole ?? false }).then(() => null),
    paper: (step) => page.pdf({ path: step.file, timeout: 0 }).then(() => null),
    axe: async () => {
      const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
      await page.evaluate(source);
      const found = await page.evaluate("axe.run(document)");
      return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
    },
  };
  const answers = [];
  for (const step of request.steps) {
    const begun = performance.now();
    const answer = await steps[step.do](step).catch((fault) => {
      throw new Error(`step ${answers.length}, ${JSON.stringify(step)}: ${fault}`);
    });
    answers.push({ answer: answer ?? null, ms: Math.round(performance.now() - begun) });
  }
  writeFileSync(1, JSON.stringify({ answers, asked, said }));
} finally {
  await browser.close();
}
