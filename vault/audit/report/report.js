"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const words = JSON.parse($("list-words").textContent);
  const PAGE = 100;
  const FIELDS = ["log", "case", "actor", "action", "recipient", "from", "to", "weekday", "hour", "result"];
  let data = null, times = null, days = null, seqs = null, found = [], page = 0, range = null;

  const number = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, words.thousands);
  const two = (value) => String(value).padStart(2, "0");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  async function unpack() {
    const packed = Uint8Array.from(atob($("entries-data").textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    data = JSON.parse(await new Response(stream).text());
    const columns = data.columns, length = columns.seq.length;
    times = new Array(length); days = new Array(length); seqs = new Array(length);
    let time = 0, seq = 0;
    for (let row = 0; row < length; row++) {
      time += columns.time[row]; seq += columns.seq[row];
      seqs[row] = seq;
      times[row] = time === data.unknown ? null : time + columns.offset[row] * 60;
      days[row] = times[row] === null ? null : Math.floor(times[row] / 86400);
    }
  }

  function size(bytes) {
    let unit = 0;
    while (bytes >= 1000 && unit < words.units.length - 1) { bytes /= 1000; unit++; }
    return (unit ? bytes.toFixed(1).replace(".", words.point) : bytes) + "\u202f" + words.units[unit];
  }

  function day(number) {
    const at = new Date(number * 86400000);
    return words.months.length
      ? `${at.getUTCDate()} ${words.months[at.getUTCMonth()]} ${at.getUTCFullYear()}`
      : `${two(at.getUTCDate())}.${two(at.getUTCMonth() + 1)}.${at.getUTCFullYear()}`;
  }

  function moment(row) {
    if (times[row] === null) return words.untimed;
    const second = times[row] - days[row] * 86400;
    const weekday = words.weekdays[((days[row] + 3) % 7 + 7) % 7];
    return `${weekday} ${day(days[row])}, ${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  }

  function options(select, pairs) {
    for (const [value, label] of pairs) {
      const option = document.createElement("option");
      option.value = value; option.textContent = label;
      select.append(option);
    }
  }

  function fillForm() {
    const plain = (list) => list.filter(Boolean).sort();
    options($("f-action"), data.actions.filter(([code]) => code).sort((a, b) => (a[1] < b[1] ? -1 : 1)));
    const actors = plain([...new Set(data.contexts.map((one) => one[0]))]);
    options($("f-actor"), [["persons", words.persons], ["program", words.program]]);
    options($("f-actor"), actors.map((one) => [one, one]));
    options($("cases-known"), plain([...data.cases]).map((one) => [one, ""]));
    const recipients = plain([...new Set(Object.values(data.left).map((one) => one[0]))]);
    options($("f-recipient"), recipients.map((one) => [one, one]));
  }

  const dayOf = (text) => (text ? Math.floor(Date.parse(text + "T00:00:00Z") / 86400000) : null);

  function search() {
    const value = Object.fromEntries(FIELDS.map((name) => [name, $("f-" + name) ? $("f-" + name).value.trim() : ""]));
    const columns = data.columns;
    const wanted = value.case.toUpperCase();
    const first = dayOf(value.from), last = dayOf(value.to);
    const action = data.actions.findIndex(([code]) => code === value.action);
    found = [];
    for (let row = seqs.length - 1; row >= 0; row--) {
      if (value.log && columns.log[row] !== Number(value.log)) continue;
      if (wanted && data.cases[columns.case[row]] !== wanted) continue;
      if (value.actor && !isBy(row, value.actor)) continue;
      if (value.action && columns.action[row] !== action) continue;
      if (value.recipient && (data.left[row] || [])[0] !== value.recipient) continue;
      if (first !== null && (days[row] === null || days[row] < first)) continue;
      if (last !== null && (days[row] === null || days[row] > last)) continue;
      if (value.weekday && (days[row] === null || ((days[row] + 3) % 7 + 7) % 7 !== Number(value.weekday))) continue;
      if (value.hour && (days[row] === null || Math.floor((times[row] - days[row] * 86400) / 3600) !== Number(value.hour))) continue;
      if (value.result && value.result !== result(row)) continue;
      if (range && (columns.log[row] !== range[0] || seqs[row] + columns.after[row] < range[1] || seqs[row] > range[2])) continue;
      found.push(row);
    }
    page = 0;
    const chosen = range !== null || Object.values(value).some(Boolean);
    document.documentElement.classList.toggle("chosen", chosen);
    show();
  }

  function isBy(row, who) {
    if (who === "program") return data.columns.own[row] === 1;
    return data.columns.own[row] === 0 && (who === "persons" || data.contexts[data.columns.context[row]][0] === who);
  }

  function result(row) {
    if (data.reading.includes(row)) return "reading";
    const code = data.outcomes[data.columns.outcome[row]][0];
    if (code) return code === "ok" ? "ok" : "bad";
    return data.phases[data.columns.phase[row]] === "intent" ? "open" : "ok";
  }

  function amount(row) {
    const said = [];
    if (data.columns.count[row]) said.push(number(data.columns.count[row] - 1));
    if (data.columns.bytes[row]) said.push(size(data.columns.bytes[row] - 1));
    return said.join(" · ");
  }

  function cell(tr, text, kind, more) {
    const td = document.createElement("td");
    td.textContent = text;
    if (kind) td.className = kind;
    if (more) {
      const small = document.createElement("span");
      small.className = "code"; small.textContent = more;
      td.append(" ", small);
    }
    tr.append(td);
  }

  function line(row) {
    const columns = data.columns, tr = document.createElement("tr");
    const context = data.contexts[columns.context[row]], action = data.actions[columns.action[row]];
    const after = columns.after[row] ? "–" + number(seqs[row] + columns.after[row]) : "";
    const left = data.left[row];
    const state = result(row), good = state === "ok" || state === "reading";
    const ended = state === "open" ? words.open : state === "reading" ? words.reading : data.outcomes[columns.outcome[row]][1];
    cell(tr, (words.logs.length > 1 ? words.logs[columns.log[row]] + ": " : "") + number(seqs[row]) + after, "num");
    cell(tr, moment(row), "when");
    cell(tr, columns.own[row] ? words.program : context[0], columns.own[row] ? "soft" : "code");
    tr.lastChild.title = `${context[0]} · ${words.device} ${context[1]} · ${words.session} ${context[2]} · Casevault ${context[3]}`;
    cell(tr, action[1], "", action[0]);
    cell(tr, data.cases[columns.case[row]], "code");
    cell(tr, left ? left[0] : data.objects[columns.object[row]], "code");
    cell(tr, data.purposes[columns.purpose[row]]);
    cell(tr, (good ? "" : "! ") + ended, good ? "" : "bad");
    cell(tr, amount(row), "num");
    return tr;
  }

  function show() {
    const body = $("list").tBodies[0], first = page * PAGE, last = Math.min(first + PAGE, found.length);
    body.replaceChildren(...found.slice(first, last).map(line));
    $("list-count").textContent = found.length
      ? fill(words.shown, { first: number(first + 1), last: number(last), all: number(found.length) })
      : words.nothing;
    $("list-before").disabled = page === 0;
    $("list-after").disabled = last >= found.length;
    $("f-range").hidden = !range;
    if (range) $("f-range-text").textContent = fill(words.range, { first: number(range[1]), last: number(range[2]) });
  }

  function choose(query) {
    const asked = new URLSearchParams(query);
    for (const name of FIELDS) if ($("f-" + name)) $("f-" + name).value = asked.get(name) || "";
    range = asked.has("seq") ? asked.get("seq").split("-").map(Number) : null;
    search();
  }

  function follow(event) {
    const target = event.target.closest("[data-show]");
    if (!target || !data) return;
    event.preventDefault();
    choose(target.dataset.show);
    $("entries").scrollIntoView();
    $("entries-title").focus({ preventScroll: true });
  }

  function turn(by) {
    page += by;
    show();
    $("list").scrollIntoView({ block: "nearest" });
  }

  async function start() {
    try {
      await unpack();
    } catch {
      $("list-note").textContent = words.old;
      return;
    }
    fillForm();
    $("list-note").hidden = true;
    $("list-area").hidden = false;
    $("filters").addEventListener("input", () => search());
    $("filters").addEventListener("submit", (event) => event.preventDefault());
    $("filters").addEventListener("reset", () => setTimeout(() => choose(""), 0));
    $("f-range-clear").addEventListener("click", () => { range = null; search(); });
    $("list-before").addEventListener("click", () => turn(-1));
    $("list-after").addEventListener("click", () => turn(1));
    document.addEventListener("click", follow);
    choose(location.hash.startsWith("#show=") ? decodeURIComponent(location.hash.slice(6)) : "");
  }

  start();
})();
