// The chat in the middle: who said what, when, and what became of it.

import { $, avatar, button, dayOf, el, hue, momentOf, painter, refill, state } from "./base.js";
import { cardNode, newsNode } from "./cards.js";
import { isCustomer, nameOf, roleIn, ROLES, roomInfo, speakerIn } from "./people.js";
import { rate } from "./talk.js";
import { anchor, lines, markdown } from "./words.js";

const STAMP_PAUSE_MS = 300000;
const LOW_PIXELS = 90;
const FATES = {
  empty: "已送达，没有即时回复",
  failed: "投递失败，详见平台日志",
  not_heard: "没有 @ 机器人，机器人听不到",
};
const BADGES = {
  robot: ["", "AI"], webhook: ["bot", "BOT"], app: ["app", "应用"], account: ["app", "公众号"],
  service: ["app", "客服"], program: ["app", "小程序"],
};
const EMPTY = {
  group: "还没有人说话。选一位成员，试试下面的口令。",
  customers: "还没有人说话。在员工手机上点发送，群发就会出现在这里。",
  private: "还没有私聊。",
};

const shown = { room: "", count: 0, scrollTop: 0 };

painter("messages", () => {
  const { room } = state;
  const count = state.rooms[room]?.length ?? 0;
  const grew = shown.room === room && count > shown.count;
  if (shown.room === room) noteScroll();
  Object.assign(shown, { room, count });
  refill($("messages"), messageNodes);
  if (state.low) toBottom();
  else if (grew) $("to-bottom").hidden = false;
});

function messageNodes() {
  const info = roomInfo(state.room);
  const nodes = [];
  let before = null;
  for (const message of state.rooms[state.room] ?? []) {
    const at = new Date(message.at);
    if (!before || at - before > STAMP_PAUSE_MS || dayOf(at) !== dayOf(before)) {
      nodes.push(el("li", "stamp", momentOf(at)));
    }
    before = at;
    nodes.push(messageNode(message, info));
  }
  if (!nodes.length) nodes.push(el("li", "empty", EMPTY[info?.chat ? "customers" : info?.kind ?? "group"]));
  if (state.waiting[state.room]) nodes.push(typingNode(info));
  return nodes;
}

export function toBottom() {
  const list = $("messages");
  state.low = true;
  list.scrollTop = list.scrollHeight;
  shown.scrollTop = list.scrollTop;
  $("to-bottom").hidden = true;
}

function noteScroll() {
  const list = $("messages");
  const near = list.scrollHeight - list.scrollTop - list.clientHeight < LOW_PIXELS;
  if (near || list.scrollTop < shown.scrollTop) state.low = near;  // what grows below is no scrolling
  shown.scrollTop = list.scrollTop;
  if (state.low) $("to-bottom").hidden = true;
}

export function listenToMessages() {
  const list = $("messages");
  list.addEventListener("scroll", noteScroll);
  new ResizeObserver(() => { if (state.low) toBottom(); }).observe(list);
  $("to-bottom").addEventListener("click", toBottom);
}

export function summary(message) {
  const text = message.kind === "card" ? `[卡片] ${message.title}` : message.text;
  const flat = text.replace(/[*>#`]/g, "").replace(/\s+/g, " ");
  return message.name && message.from_kind === "user" ? `${message.name}：${flat}` : flat;
}

function kindOf(message, info) {
  return message.from_kind === "app" && info?.partner ? info.partner.kind : message.from_kind;
}

function badges(message, info) {
  const found = BADGES[kindOf(message, info)];
  if (found) return [el("span", `badge ${found[0]}`, found[1])];
  if (info?.kind !== "group") return [];
  if (isCustomer(message.from)) return [el("span", "badge wechat", "微信")];
  const role = roleIn(info.group, message.from);
  return ROLES[role] ? [el("span", `badge ${role}`, ROLES[role])] : [];
}

function messageNode(message, info) {
  if (message.kind === "notice") return el("li", "notice", message.text);
  const mine = message.from_kind === "user" && message.from === speakerIn(info);
  const body = el("div", "body", el("div", "who", el("span", "", message.name), ...badges(message, info)));
  const quoted = message.quote && (state.rooms[state.room] ?? []).find((one) => one.id === message.quote);
  if (quoted) body.append(el("div", "quoted", `${quoted.name}：${quoted.kind === "card" ? quoted.title : quoted.text}`));
  body.append(contentNode(message, info));
  if (message.feedback) body.append(ratingNode(message));
  const fate = state.fates[`${state.room}#${message.id}`];
  if (mine && FATES[fate]) body.append(el("div", `fate ${fate}`, fateWords(fate, info)));
  const look = message.from_kind === "user" ? hue(message.from) : `is-${kindOf(message, info)}`;
  const item = el("li", mine ? "message mine" : "message", avatar(message.name, look), body);
  item.dataset.id = String(message.id);
  return item;
}

function fateWords(fate, info) {
  const unheard = info.chat || info.partner?.kind === "employee" || (info.group && !info.group.robot);
  return fate === "not_heard" && unheard ? "程序听不到这里的话" : FATES[fate];
}

function contentNode(message, info) {
  if (message.kind === "card") return cardNode(message, info);
  if (message.kind === "news") return newsNode(message);
  return bubbleNode(message);
}

function bubbleNode(message) {
  const words = message.media.length ? message.words : message.text;
  const bubble = el("div", `bubble${words ? "" : " bare"}`);
  if (words) bubble.append(...(message.kind === "markdown" ? markdown(words) : lines(words)));
  if (message.mentions.length) {
    const names = message.mentions.map((who) => (who === "@all" ? "@所有人" : `@${nameOf(who)}`));
    bubble.append(el("p", "at", names.join(" ")));
  }
  bubble.append(...message.media.map((item) => mediaNode(item, `${state.room}#${message.id}`)));
  return bubble;
}

export function mediaNode({ kind, id, name, words }, place) {
  const address = `/sim/api/media/${encodeURIComponent(id)}`;
  if (kind === "image") return pictureNode(address, name, place);
  const label = { voice: "🔊 语音", video: "🎬 视频", file: "📄 文件" }[kind];
  const node = anchor(`file ${kind}`, `${label} ${name}`.trim(), address);
  return words ? el("div", "", node, el("p", "spoken", `“${words}”`)) : node;
}

const pictures = new Map();

// A picture is loaded once for each `place`, and keeps its size when the chat is painted again.
export function pictureNode(address, name, place) {
  const key = `${place} ${address}`;
  if (!pictures.has(key)) pictures.set(key, freshPicture(address, name));
  return pictures.get(key);
}

function freshPicture(address, name) {
  const picture = el("img", "");
  picture.src = address;
  picture.alt = name ? `图片 ${name}` : "图片";
  picture.addEventListener("load", () => { if (state.low) toBottom(); });
  return anchor("picture", picture, address);
}

function ratingNode(message) {
  const rating = (label, verdict) => button("", () => rate(message, verdict), label);
  return el("div", "rating", rating("有帮助", "good"), rating("没帮助", "bad"));
}

function typingNode(info) {
  const name = info.kind === "group" ? info.group.robot : info.partner.name;
  const dots = el("span", "dots", el("i"), el("i"), el("i"));
  const look = info.kind === "group" ? "is-robot" : info.partner.look;
  const bubble = el("div", "bubble", `${name} 正在输入`, dots);
  return el("li", "message typing", avatar(name, look), el("div", "body", bubble));
}
