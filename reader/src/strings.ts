/** Everything that the reader says, in English and Russian. */

import type { FaultKind } from "./faults.ts";

export type Language = "en" | "ru";

const en = {
  title: "Sealed file",
  skip: "Skip to the content",
  switch: "Русский",
  switchLabel: "Переключить на русский язык",
  whatHead: "This file is sealed",
  what: "It holds documents that open with words which the sender tells you by telephone or in a secure chat. They are opened on this computer only: this page has no access to the network and sends nothing anywhere.",
  compare:
    "Before you type the words, compare the SHA-256 of this file with the sender by telephone: on Windows certutil -hashfile FILE SHA256, on macOS and Linux shasum -a 256 FILE. A page that was exchanged on its way could lie about everything that stands here.",
  compareBoth: "Compare it for both files: this page and the .age file.",
  words: "Words",
  wordsHint: "Six words. Capital letters, hyphens, line ends and extra spaces do not matter.",
  told: "Fingerprint of the sender (if you were told it)",
  toldHint: "32 digits and letters A to F, in groups of four. Without it the documents open, but nothing proves who sealed them.",
  file: "The file that came with this page: {name}",
  fileHint: "Choose the file {name}. It is not changed and not copied.",
  open: "Open",
  ready: "",
  reading: "Reading the file: {percent} %",
  deriving: "Working on the words: {percent} %. This takes some seconds, on purpose: it makes guessing hopeless.",
  decrypting: "Opening: {percent} %",
  checking: "Checking every file: {percent} %",
  opened: "Opened. Exhibits: {count}.",
  saved: "Handed to the browser for saving: {name}",
  exhibitsHead: "Exhibits",
  papersHead: "Papers about custody",
  ownEyes: "For the holder of the vault: not redacted, not a bundle. Don't hand it on.",
  unredacted: "Nothing was redacted in this bundle: all names and numbers of the originals are in it.",
  bundle: "Bundle {id}, sealed {made}, profile “{profile}”.",
  leftOut: "Items of the case that are not in this bundle: {count}.",
  traced: "Each page of this copy is marked so that the sender can tell it from other copies.",
  labels: "Labels such as [WITNESS 1] stand where something was taken out; the same label is the same person or number throughout. There is nothing beneath black boxes.",
  checksHead: "What was checked",
  checkContent: "The content is what was sealed with these words, whole and unaltered.",
  checkSignature: "The list of the exhibits carries a signature, and it holds.",
  checkFiles: "All files are those of the signed list: {count} SHA-256 sums compared.",
  checkFailed: "NOT the files of the signed list, and not shown: {names}. Do not rely on them; ask the sender.",
  proven: "Sender proven: the fingerprint matches.",
  notProven: "Sender not proven: no fingerprint was compared. Anybody who knew the words could have sealed this.",
  isFingerprint: "Fingerprint of the key that sealed it:",
  compareLater: "Fingerprint as the sender told you",
  compareNow: "Compare",
  mismatchLater: "The fingerprint does NOT match. Stop relying on these documents and call the sender.",
  date: "Date",
  language: "Language",
  pages: "Pages",
  takenOut: "Taken out",
  nothing: "nothing",
  translationOf: "Translation of exhibit {label}",
  certificateOf: "Certificate of the translation in exhibit {label}",
  size: "Size",
  sound: "checked",
  listed: "equals the signed list",
  listedProofs: "equals the signed list; its proofs are checked by casevault bundle verify",
  altered: "NOT the file that the list names: not shown",
  missing: "MISSING: the list names it, and it is not there",
  view: "View",
  viewLabel: "View exhibit {label}, {name}",
  viewPaper: "View {name}",
  save: "Save",
  saveLabel: "Save exhibit {label}, {name}",
  savePaper: "Save {name}",
  saveAll: "Save everything as one ZIP",
  print: "Print this list",
  forget: "Close and forget",
  close: "Close",
  confirmHead: "Save an UNENCRYPTED copy?",
  confirm: "Saving writes {name} unencrypted to this computer, usually to the folder “Downloads”. Whoever uses this computer, a backup or a cloud folder can read it there. Deleting it later does not remove it for certain.",
  confirmYes: "Save unencrypted",
  confirmNo: "Do not save",
  noPdf: "This browser does not show PDF files inside a page. You can save the file and open it with another program.",
  pdfHint: "Enlarge with Ctrl and +. If the document does not appear, save it and open it with another program.",
  fullSize: "Full size",
  playHint: "If it does not play here, save it and open it with another program.",
  longText: "Only the beginning of this long text is shown. Save the file to read all of it.",
  pdfOf: "Document {name}",
  custodyPdf: "Certificate of custody",
  custodyJson: "What happened to each exhibit, with proofs",
};

export type Key = keyof typeof en;

const ru: Record<Key, string> = {
  title: "Запечатанный файл",
  skip: "К содержанию",
  switch: "English",
  switchLabel: "Switch to English",
  whatHead: "Этот файл запечатан",
  what: "В нём документы, которые открываются словами: их отправитель скажет вам по телефону или в защищённом мессенджере. Всё открывается только на этом компьютере: у страницы нет доступа к сети, она ничего никуда не отправляет.",
  compare:
    "Прежде чем вводить слова, сверьте с отправителем по телефону SHA-256 этого файла: в Windows — certutil -hashfile ФАЙЛ SHA256, в macOS и Linux — shasum -a 256 ФАЙЛ. Страница, которую подменили по дороге, может солгать обо всём, что здесь написано.",
  compareBoth: "Сверьте оба файла: эту страницу и файл .age.",
  words: "Слова",
  wordsHint: "Шесть слов. Заглавные буквы, дефисы, переносы строк и лишние пробелы не важны. Раскладка клавиатуры тоже.",
  told: "Отпечаток ключа отправителя (если вам его сказали)",
  toldHint: "32 знака: цифры и буквы от A до F, группами по четыре. Без него документы откроются, но ничто не докажет, кто их запечатал.",
  file: "Файл, который пришёл с этой страницей: {name}",
  fileHint: "Выберите файл {name}. Он не изменяется и не копируется.",
  open: "Открыть",
  ready: "",
  reading: "Файл читается: {percent} %",
  deriving: "Проверка слов: {percent} %. Это нарочно занимает несколько секунд: так слова не подобрать.",
  decrypting: "Открывается: {percent} %",
  checking: "Проверяется каждый файл: {percent} %",
  opened: "Открыто. Приложений: {count}.",
  saved: "Передано браузеру для сохранения: {name}",
  exhibitsHead: "Приложения",
  papersHead: "Документы о хранении",
  ownEyes: "Для того, у кого хранилище: ничего не убрано, это не пакет. Никому не передавайте.",
  unredacted: "В этом пакете ничего не убрано: в нём все имена и номера из подлинников.",
  bundle: "Пакет {id}, запечатан {made}, профиль «{profile}».",
  leftOut: "Материалов дела, которых нет в этом пакете: {count}.",
  traced: "Каждая страница этой копии помечена: отправитель отличит её от других копий.",
  labels: "Метки вроде [WITNESS 1] стоят там, где что-то убрано; одна метка — везде один человек или номер. Под чёрными прямоугольниками ничего нет.",
  checksHead: "Что проверено",
  checkContent: "Содержимое — то самое, что запечатали этими словами: целиком и без изменений.",
  checkSignature: "Список приложений подписан, и подпись верна.",
  checkFiles: "Все файлы — из подписанного списка: сверено сумм SHA-256: {count}.",
  checkFailed: "НЕ те файлы, что в подписанном списке, и потому не показаны: {names}. Не полагайтесь на них; спросите отправителя.",
  proven: "Отправитель подтверждён: отпечаток совпал.",
  notProven: "Отправитель не подтверждён: отпечаток не сверяли. Запечатать это мог любой, кто знал слова.",
  isFingerprint: "Отпечаток ключа, которым запечатано:",
  compareLater: "Отпечаток, как его сказал отправитель",
  compareNow: "Сверить",
  mismatchLater: "Отпечаток НЕ совпал. Не полагайтесь на эти документы и позвоните отправителю.",
  date: "Дата",
  language: "Язык",
  pages: "Страниц",
  takenOut: "Убрано",
  nothing: "ничего",
  translationOf: "Перевод приложения {label}",
  certificateOf: "Удостоверение перевода в приложении {label}",
  size: "Размер",
  sound: "проверен",
  listed: "совпадает с подписанным списком",
  listedProofs: "совпадает с подписанным списком; доказательства в нём проверяет casevault bundle verify",
  altered: "НЕ тот файл, что в списке: не показан",
  missing: "НЕТ В ПАКЕТЕ, хотя список его называет",
  view: "Смотреть",
  viewLabel: "Смотреть приложение {label}, {name}",
  viewPaper: "Смотреть {name}",
  save: "Сохранить",
  saveLabel: "Сохранить приложение {label}, {name}",
  savePaper: "Сохранить {name}",
  saveAll: "Сохранить всё одним ZIP",
  print: "Напечатать этот список",
  forget: "Закрыть и забыть",
  close: "Закрыть",
  confirmHead: "Сохранить НЕЗАШИФРОВАННУЮ копию?",
  confirm: "На этом компьютере, обычно в папке «Загрузки», появится незашифрованный файл {name}. Его сможет прочесть всякий, у кого есть доступ к компьютеру, к его резервной копии или облачной папке. Если удалить его потом, он может исчезнуть не до конца.",
  confirmYes: "Сохранить незашифрованным",
  confirmNo: "Не сохранять",
  noPdf: "Этот браузер не показывает PDF на странице. Файл можно сохранить и открыть другой программой.",
  pdfHint: "Увеличить: Ctrl и +. Если документ не появился, сохраните его и откройте другой программой.",
  fullSize: "Полный размер",
  playHint: "Если не воспроизводится, сохраните файл и откройте другой программой.",
  longText: "Показано только начало длинного текста. Чтобы прочесть всё, сохраните файл.",
  pdfOf: "Документ {name}",
  custodyPdf: "Справка о хранении",
  custodyJson: "История каждого приложения, с доказательствами",
};

const FAULTS: Record<FaultKind, readonly [string, string]> = {
  words: [
    "These words do not open the file. One or more of them differ from what the sender told you, or the file was damaged on its way; the two can't be told apart. Check the spelling of each word. Capital letters, spaces and hyphens do not matter.",
    "Эти слова не открывают файл. Одно или несколько отличаются от того, что сказал отправитель, или файл повреждён по дороге; отличить одно от другого нельзя. Проверьте, как написано каждое слово. Заглавные буквы, пробелы и дефисы не важны.",
  ],
  empty: ["Type the words that the sender told you.", "Введите слова, которые сказал отправитель."],
  "no-file": ["Choose the file that came with this page.", "Выберите файл, который пришёл с этой страницей."],
  "not-a-bundle": [
    "This is not a sealed file of this kind, or its beginning is damaged. Nothing was opened.",
    "Это не запечатанный файл такого рода, или повреждено его начало. Ничего не открыто.",
  ],
  "cut-off": [
    "This file ends too early: it was copied or downloaded only in part. Ask the sender for it again.",
    "Файл обрывается: он скопирован или загружен не полностью. Попросите отправителя прислать его ещё раз.",
  ],
  damaged: [
    "The file is damaged: its content is not what was sealed. Nothing is shown. Ask the sender for it again.",
    "Файл повреждён: его содержимое не то, что запечатали. Ничего не показано. Попросите отправителя прислать его ещё раз.",
  ],
  "other-file": [
    "This is not the file that belongs to this page. Choose the file named above. If it is that one, it was damaged or altered on its way: ask the sender for it again.",
    "Это не тот файл, который относится к этой странице. Выберите файл, названный выше. Если это он, его повредили или изменили по дороге: попросите прислать его ещё раз.",
  ],
  newer: [
    "This was made by a later version of the program. This page can't show it; ask the sender for a page that fits.",
    "Это сделано более новой версией программы. Эта страница не может это показать; попросите у отправителя подходящую.",
  ],
  older: [
    "This was made by an earlier version of the program. Ask the sender to make it again.",
    "Это сделано более старой версией программы. Попросите отправителя сделать пакет заново.",
  ],
  forged: [
    "The signed list inside does not hold: it is not as the program writes it, or its signature is wrong. Nothing is shown. Do not rely on this file, and call the sender.",
    "Подписанный список внутри не проходит проверку: он не такой, как его пишет программа, или подпись неверна. Ничего не показано. Не полагайтесь на этот файл и позвоните отправителю.",
  ],
  "fingerprint-form": [
    "A fingerprint has 32 characters: digits and letters A to F. What you typed has another number of them, or others. Ask the sender to read it out again, or leave the field empty.",
    "В отпечатке 32 знака: цифры и буквы от A до F. Во введённом их другое число или есть другие. Попросите отправителя продиктовать ещё раз или оставьте поле пустым.",
  ],
  fingerprint: [
    "The words open the file, but the fingerprint that you typed is NOT that of whoever sealed it. Nothing is shown. Do not rely on this file: call the sender. If it was a slip of the keyboard, correct it and open again.",
    "Слова открывают файл, но введённый отпечаток — НЕ того, кто его запечатал. Ничего не показано. Не полагайтесь на этот файл: позвоните отправителю. Если это опечатка, исправьте её и откройте снова.",
  ],
  memory: [
    "This computer does not have enough free memory for this file. Close other programs and pages, and try again.",
    "На этом компьютере не хватает свободной памяти для этого файла. Закройте другие программы и страницы и попробуйте снова.",
  ],
  unreadable: [
    "The browser could not read the file. Was it moved, or the drive taken out? Choose it again.",
    "Браузер не смог прочесть файл. Его переместили или отключили диск? Выберите его снова.",
  ],
  unknown: [
    "Something went wrong in this browser, and nothing was opened. Try another one: Chrome, Edge, Firefox or Safari.",
    "В этом браузере что-то пошло не так, ничего не открыто. Попробуйте другой: Chrome, Edge, Firefox или Safari.",
  ],
};

const TABLES: Record<Language, Record<Key, string>> = { en, ru };

/** A sentence, with what stands in for {names}. */
export function say(language: Language, key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  return TABLES[language][key].replace(/\{([a-z]+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

export function sayFault(language: Language, kind: FaultKind): string {
  return FAULTS[kind][language === "en" ? 0 : 1];
}

/** The language to begin with, by what the browser prefers. */
export function preferred(languages: readonly string[]): Language {
  for (const one of languages) {
    if (/^(?:ru|be|uk|kk|ky|tg|uz|ce)\b/i.test(one)) return "ru";
    if (/^en\b/i.test(one)) return "en";
  }
  return "en";
}

/** Numbers of bytes as people read them. */
export function readable(language: Language, size: number): string {
  const units = language === "en" ? ["bytes", "KB", "MB", "GB"] : ["байт", "КБ", "МБ", "ГБ"];
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < 3) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString(language, { maximumFractionDigits: digits })} ${units[unit] ?? ""}`;
}

/** A language's code as its name, or as it stands. */
export function languageName(language: Language, code: string): string {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
