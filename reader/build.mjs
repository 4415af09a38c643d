// Builds vault/bundle/reader from src. The same packages give the same bytes on every system.
//   node build.mjs [folder]
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, "..", "vault", "bundle", "reader"));

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  write: false,
  logLevel: "warning",
  // See src/absent.ts.
  alias: {
    "@noble/post-quantum/hybrid.js": "./src/absent.ts",
    "@noble/curves/nist.js": "./src/absent.ts",
  },
};

async function built(options) {
  const done = await esbuild.build({ ...common, ...options });
  return `${done.outputFiles[0].text.trim()}\n`;
}

const files = {
  "reader.js": await built({ entryPoints: ["src/main.ts"], format: "iife", target: "es2020" }),
  "check.js": await built({ entryPoints: ["src/check.js"], target: "es5" }),
  "reader.css": await built({ entryPoints: ["src/reader.css"], target: ["chrome110", "firefox110", "safari16"] }),
};
await mkdir(out, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  // The text stands between tags as it is.
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`${name} would end its own element`);
  await writeFile(path.join(out, name), text);
}
