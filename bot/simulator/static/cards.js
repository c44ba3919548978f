// Cards as whoever is speaking sees them: red packets, choices, menus, articles.

import { button, el, state } from "./base.js";
import { nameOf, speakerIn } from "./people.js";
import { tap } from "./talk.js";
import { link, plain } from "./words.js";

const MENU_MESSAGE = "msgmenu";
const picked = new Map();  // what is chosen on a card and not sent yet

export function cardNode(message, info) {
  const speaker = speakerIn(info);
  const changed = message.card_states[speaker];
  const seen = changed ?? message;
  if (seen.card_type === MENU_MESSAGE) return menuMessage(message);
  const packet = /红包/.test(`${message.title}${message.text}`);
  const opened = Boolean(changed) && !seen.buttons.length;
  const words = el("div", "", el("h4", "", seen.title));
  if (seen.text) words.append(el("div", "card-text", ...plain(seen.text)));
  const card = el("div", `card${packet ? " packet" : ""}${opened ? " opened" : ""}`,
    el("div", "card-main", packet ? el("span", "seal") : null, words));
  if (seen.menu?.length) card.append(cornerMenu(message, seen.menu));
  const questions = seen.questions ?? [];
  if (questions.length) {
    const asked = questions.map((question) => questionNode(question, `${state.room}#${message.id}#${question.key}`));
    card.append(el("div", "card-questions", ...asked));
  }
  if (seen.buttons.length) {
    const coin = packet && seen.buttons.length === 1;
    const row = seen.buttons.map((one) => cardButton(message, one, card, coin));
    card.append(el("div", "card-buttons", ...row));
  }
  card.append(el("div", "card-foot", foot(message, info, { speaker, changed, packet })));
  return card;
}

function foot(message, info, { speaker, changed, packet }) {
  if (info.kind === "private") return changed ? "卡片已更新" : "卡片消息";
  const count = Object.keys(message.card_states).length;
  if (count) return `${nameOf(speaker)}${changed ? "已点过" : "还没点"} · 共 ${count} 人点过`;
  return packet ? "红包" : "卡片消息";
}

function cardButton(message, { label, key }, card, coin) {
  const node = button("", () => tap(message, key, chosenOn(card)),
    coin ? el("span", "coin", "開") : null, label);
  node.setAttribute("aria-label", `${label}：${message.title}`);
  node.disabled = state.tapping.has(`${state.room}#${message.id}`);
  return node;
}

function cornerMenu(message, entries) {
  const menu = el("details", "card-menu", el("summary", "", "⋯"));
  menu.firstChild.setAttribute("aria-label", `菜单：${message.title}`);
  menu.append(...entries.map(({ label, key }) => button("", () => tap(message, key), label)));
  return menu;
}

// ---- what a card asks

function questionNode({ key, title, options, many }, place) {
  const chosen = picked.get(place) ?? [options[0].id];
  const node = many ? checkboxes(title || "可选多项", options, chosen)
    : choice(title || "请选一项", options, chosen);
  node.dataset.question = key;
  node.addEventListener("change", () => picked.set(place, chosenIn(node)));
  return node;
}

function choice(title, options, chosen) {
  const select = el("select", "", ...options.map(({ id, label }) => {
    const option = el("option", "", label);
    option.value = id;
    option.selected = chosen.includes(id);
    return option;
  }));
  return el("label", "", title, select);
}

function checkboxes(title, options, chosen) {
  return el("fieldset", "", el("legend", "", title), ...options.map(({ id, label }) => {
    const box = el("input", "");
    box.type = "checkbox";
    box.value = id;
    box.checked = chosen.includes(id);
    return el("label", "choice", box, label);
  }));
}

const chosenIn = (node) =>
  [...node.querySelectorAll("select, input:checked")].map((input) => input.value);

function chosenOn(card) {
  const asked = [...card.querySelectorAll("[data-question]")];
  const chosen = asked.map((node) => [node.dataset.question, chosenIn(node)]);
  return chosen.length ? Object.fromEntries(chosen) : undefined;
}

// ---- menu messages of accounts and services, articles

function menuMessage(message) {
  const entries = message.buttons.map((one) => cardButton(message, one, el("div", ""), false));
  return el("div", "bubble menu-message", message.title ? el("p", "", ...plain(message.title)) : null,
    el("div", "menu-entries", ...entries), message.text ? el("p", "", ...plain(message.text)) : null);
}

export function newsNode(message) {
  return el("div", "card news", ...articles(message.words ?? message.text).map(articleNode));
}

function articleNode({ title, rest, url }) {
  const [label, ...more] = url ? link(title, url) : [title];
  const body = el("div", "card-main", el("h4", "", label));
  if (rest.length) body.append(el("div", "card-text", rest.join("\n")));
  body.append(...more);
  return body;
}

// An article ends with its address, if it has one.
function articles(text) {
  const found = [];
  let open = [];
  for (const line of text.split("\n")) {
    const isAddress = /^https?:\/\//.test(line);
    if (!isAddress) open.push(line);
    if (isAddress && open.length) {
      found.push({ title: open[0], rest: open.slice(1), url: line });
      open = [];
    }
  }
  if (open.length) found.push({ title: open[0], rest: open.slice(1), url: "" });
  return found;
}
