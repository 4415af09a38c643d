/** `index.html` as this list gives it, byte by byte what vault/bundle/index.py writes. */

import { type Bytes, utf8 } from "./bytes.ts";
import { ABOUT } from "./kinds.ts";
import type { Exhibit, ListedFile, Manifest } from "./manifest.ts";
import { say } from "./strings.ts";
import { phrase } from "./taken.ts";

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}" +
  "table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.4rem .6rem;text-align:left;" +
  "vertical-align:top}code{font-size:.8em;word-break:break-all}";
const TRACED = `<p>The lines of dashes at the head and foot of each page tell this copy from others, to whoever made it. They hold no name.</p>
<p lang="ru">По штриховым линиям вверху и внизу страниц тот, кто сделал пакет, отличит эту копию от других. Имён в них нет.</p>
`;
const FOLDER = "exhibits/".length;
const DAY = 10;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#x27;",
};

/** The whole page, UTF-8. A sender's own page could say something else, or lead a browser away. */
export function indexPage(manifest: Manifest): Bytes {
  const made = [...manifest.made].slice(0, DAY).join("");
  const listed = manifest.papers.map((one) => `<li>${paper(one)}</li>\n`).join("");
  const beside = listed && `<h2>Papers</h2>\n<ul>\n${listed}</ul>\n`;
  return utf8(`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>Exhibits</title>${element("style", STYLE)}</head><body>
<h1>Exhibits</h1>
<p>Bundle ${escaped(manifest.bundle)}, made ${escaped(made)}. Labels such as [WITNESS 1] stand where something was
taken out; the same label is the same person or number throughout. Black boxes were filled in before the picture was
made anew: there is nothing beneath them.</p>
<p lang="ru">Метки вроде [WITNESS 1] стоят там, где что-то убрано; одна метка — везде один человек или номер. Под
чёрными прямоугольниками ничего нет: изображение сделано заново.</p>
<table><thead><tr><th scope="col">Exhibit</th><th scope="col">Description</th><th scope="col">Date</th>
<th scope="col">Language</th><th scope="col">Files</th><th scope="col">Taken out</th></tr></thead>
<tbody>${manifest.exhibits.map(row).join("")}</tbody></table>
${beside}${manifest.traced ? TRACED : ""}
<p>Every file's SHA-256 stands in <code>manifest.json</code>, which is signed in <code>manifest.sig</code>.</p>
</body></html>
`);
}

/** The end tag is put together here: written out, it would end the style of the page that this program stands in. */
function element(name: string, inside: string): string {
  return `<${name}>${inside}</${name}>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

function paper({ name }: ListedFile): string {
  const key = ABOUT[name];
  const [english, russian] = key ? [say("en", key), say("ru", key)] : ["", ""];
  return `<a href="${escaped(name)}">${escaped(name)}</a> ${english} <span lang="ru">${russian}</span>`;
}

function row(exhibit: Exhibit): string {
  const links = exhibit.files.map(
    ({ name, pages }) => `<a href="${escaped(name)}">${escaped(name.slice(FOLDER))}</a> ${escaped(pages)}`,
  );
  const taken = (["en", "ru"] as const).map((language) => {
    const words = phrase(language, exhibit.redactions) || say(language, "nothing");
    return `<span lang="${language}">${escaped(words)}</span>`;
  });
  let about = escaped(exhibit.title || exhibit.kind);
  if (exhibit.translationOf !== null) about += ` (translation of exhibit ${exhibit.translationOf})`;
  if (exhibit.certificateOf !== null) {
    about += ` (certificate of the translation in exhibit ${exhibit.certificateOf})`;
  }
  const cells = [
    `<strong>${exhibit.label}</strong>`,
    about,
    escaped(exhibit.date),
    escaped(exhibit.language),
    links.join("<br>"),
    taken.join("<br>"),
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>\n`).join("")}</tr>`;
}
