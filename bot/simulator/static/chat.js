"use strict";
// The page shows what /sim/api/stream tells and asks /sim/api to act. Everything that comes from
// people or bots is put into the page as text, never as markup.

const $ = (id) => document.getElementById(id);
const COMMANDS = ["签到", "积分", "抢红包", "邀请", "我的数据", "帮助"];
const LEAD_COMMANDS = ["发红包 100 10", "确认", "排期", "数据", "发布"];
const FATES = {
  empty: "已送达，没有即时回复",
  failed: "投递失败，详见平台日志",
  not_heard: "没有 @ 机器人，机器人听不到",
};
const ROLES = { owner: "群主", operator: "运营" };

const state = {
  groups: [], apps: [], rooms: {}, channels: [], log: [], zone: "Asia/Shanghai",
  clock: null, clockAt: 0, travelFrom: null,
  room: null, speaker: {}, unread: {}, fates: {}, waiting: {}, tapping: new Set(),
};

// ---- small helpers

function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

async function call(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  let answer;
  try {
    const response = await fetch(`/sim/api/${path}`, options);
    answer = await response.json();
    if (response.ok) return answer;
  } catch (error) {
    toast("程序没有应答，请看看它是否还在运行");
    return null;
  }
  toast(answer.error || "没有成功");
  return null;
}

let toastTimer = 0;
function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 4500);
}

function hue(id) {
  let sum = 7;
  for (const char of id) sum = (sum * 131 + char.codePointAt(0)) % 1000003;
  return `hue-${sum % 10}`;
}

function avatar(name, look) {
  const node = el("span", `avatar ${look}`, [...(name || "?")][0]);
  node.setAttribute("aria-hidden", "true");
  return node;
}

const formats = {};
function format(instant, options) {
  const key = JSON.stringify(options);
  formats[key] ??= new Intl.DateTimeFormat("zh-CN", { timeZone: state.zone, hourCycle: "h23", ...options });
  return formats[key].format(instant);
}
const hourOf = (instant) => format(instant, { hour: "2-digit", minute: "2-digit" });
const secondOf = (instant) => format(instant, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayOf = (instant) => format(instant, { month: "long", day: "numeric" });
const weekdayOf = (instant) => format(instant, { weekday: "short" });

function now() {
  if (!state.clock) return new Date();
  const passed = state.clock.moving_to ? 0 : performance.now() - state.clockAt;
  return new Date(Date.parse(state.clock.now) + passed);
}

// ---- rooms

function roomInfo(room) {
  if (!room) return null;
  const parts = room.split("/");
  if (parts[0] === "group") {
    const group = state.groups.find((one) => one.id === parts.slice(1).join("/"));
    return group ? { kind: "group", group, path: `groups/${encodeURIComponent(group.id)}` } : null;
  }
  const [, channel, ...rest] = parts;
  const user = rest.join("/");
  const app = state.apps.find((one) => one.key === channel);
  return app ? { kind: "private", app, user, path: `people/${encodeURIComponent(user)}` } : null;
}

function people() {
  const all = new Map();
  for (const group of state.groups) {
    for (const person of [...group.members, ...group.outsiders]) all.set(person.user_id, person.name);
  }
  return all;
}

const nameOf = (userId) => people().get(userId) ?? userId;

function speakerIn(info) {
  if (!info) return "";
  if (info.kind === "private") return info.user;
  const members = info.group.members;
  const chosen = state.speaker[info.group.id];
  if (members.some((member) => member.user_id === chosen)) return chosen;
  const first = members.find((member) => member.role === "member") ?? members[0];
  return first ? first.user_id : "";
}

function roleOf(info, userId) {
  if (!info || info.kind !== "group") return "";
  return info.group.members.find((member) => member.user_id === userId)?.role ?? "";
}

function openRoom(room) {
  state.room = room;
  state.unread[room] = 0;
  closePanels();
  renderAll();
  toBottom();
}

function roomButton(room, name, look, note) {
  const messages = state.rooms[room] ?? [];
  const last = messages[messages.length - 1];
  const button = el("button", "room", avatar(name, look), el("span", "room-name", name));
  button.type = "button";
  if (room === state.room) button.setAttribute("aria-current", "true");
  button.append(el("span", "room-time", last ? hourOf(new Date(last.at)) : ""));
  button.append(el("span", "room-last", last ? summary(last) : note));
  if (state.unread[room]) button.append(el("span", "unread", String(Math.min(state.unread[room], 99))));
  button.addEventListener("click", () => openRoom(room));
  return el("li", "", button);
}

function summary(message) {
  const text = message.kind === "card" ? `[卡片] ${message.title}` : message.text;
  const flat = text.replace(/[*>#`]/g, "").replace(/\s+/g, " ");
  return message.name && message.from_kind === "user" ? `${message.name}：${flat}` : flat;
}

function renderRooms() {
  $("group-list").replaceChildren(...state.groups.map((group) =>
    roomButton(`group/${group.id}`, group.name, "is-group", `${group.members.length} 人`)));
  const app = state.apps[0];
  const rooms = new Set();
  const info = roomInfo(state.room);
  for (const room of Object.keys(state.rooms)) {
    if (room.startsWith("private/") && roomInfo(room)) rooms.add(room);
  }
  const members = info?.kind === "group" ? info.group.members : state.groups[0]?.members ?? [];
  if (app) for (const member of members) rooms.add(`private/${app.key}/${member.user_id}`);
  $("private-title").hidden = rooms.size === 0;
  $("private-list").replaceChildren(...[...rooms].map((room) => {
    const user = roomInfo(room).user;
    return roomButton(room, nameOf(user), hue(user), "还没有私聊");
  }));
}

function renderHead() {
  const info = roomInfo(state.room);
  if (!info) return;
  if (info.kind === "group") {
    $("chat-name").textContent = `${info.group.name}（${info.group.members.length}）`;
    $("chat-note").textContent = info.group.robot
      ? `机器人「${info.group.robot}」在群里，@ 它才听得到` : "这个群里没有机器人";
  } else {
    $("chat-name").textContent = `${nameOf(info.user)} 与「${info.app.name}」应用`;
    $("chat-note").textContent = "私聊：应用能看到每一句话";
  }
}

// ---- messages

function renderMessages() {
  const info = roomInfo(state.room);
  const list = $("messages");
  const nodes = [];
  let before = null;
  for (const message of state.rooms[state.room] ?? []) {
    const at = new Date(message.at);
    if (!before || at - before > 300000 || dayOf(at) !== dayOf(before)) {
      const today = dayOf(at) === dayOf(now());
      nodes.push(el("li", "stamp", `${today ? "" : `${dayOf(at)} ${weekdayOf(at)} `}${hourOf(at)}`));
    }
    before = at;
    nodes.push(messageNode(message, info));
  }
  if (!nodes.length) nodes.push(el("li", "empty", "还没有人说话。选一位成员，试试下面的口令。"));
  if (state.waiting[state.room]) nodes.push(typingNode(info));
  list.replaceChildren(...nodes);
}

function look(message) {
  if (message.from_kind === "user") return hue(message.from);
  return `is-${message.from_kind}`;
}

function badges(message, info) {
  const kinds = { robot: ["badge", "AI"], webhook: ["badge bot", "BOT"], app: ["badge app", "应用"] };
  const found = kinds[message.from_kind];
  if (found) return [el("span", found[0], found[1])];
  const role = roleOf(info, message.from);
  return ROLES[role] ? [el("span", `badge ${role}`, ROLES[role])] : [];
}

function messageNode(message, info) {
  if (message.kind === "notice") return el("li", "notice", message.text);
  const mine = message.from_kind === "user" && message.from === speakerIn(info);
  const body = el("div", "body", el("div", "who", el("span", "", message.name), ...badges(message, info)));
  const quoted = message.quote && (state.rooms[state.room] ?? []).find((one) => one.id === message.quote);
  if (quoted) body.append(el("div", "quoted", `${quoted.name}：${quoted.kind === "card" ? quoted.title : quoted.text}`));
  body.append(message.kind === "card" ? cardNode(message, info) : bubbleNode(message));
  const fate = state.fates[`${state.room}#${message.id}`];
  if (mine && FATES[fate]) body.append(el("div", `fate ${fate}`, FATES[fate]));
  const item = el("li", mine ? "message mine" : "message", avatar(message.name, look(message)), body);
  item.dataset.id = String(message.id);
  return item;
}

function typingNode(info) {
  const name = info.kind === "group" ? info.group.robot : info.app.name;
  const dots = el("span", "dots", el("i"), el("i"), el("i"));
  const bubble = el("div", "bubble", `${name} 正在输入`, dots);
  const kind = info.kind === "group" ? "is-robot" : "is-app";
  return el("li", "message typing", avatar(name, kind), el("div", "body", bubble));
}

function bubbleNode(message) {
  const bubble = el("div", "bubble");
  if (message.kind === "markdown") {
    bubble.append(...markdown(message.text));
  } else {
    for (const line of message.text.split("\n")) bubble.append(el("p", "", ...plain(line), line ? "" : "\u00a0"));
  }
  if (message.mentions.length) {
    const names = message.mentions.map((who) => (who === "@all" ? "@所有人" : `@${nameOf(who)}`));
    bubble.append(el("p", "at", names.join(" ")));
  }
  return bubble;
}

function cardNode(message, info) {
  const speaker = speakerIn(info);
  const changed = message.card_states[speaker];
  const seen = changed ?? { title: message.title, text: message.text, buttons: message.buttons };
  const packet = /红包/.test(`${message.title}${message.text}`);
  const opened = Boolean(changed) && !seen.buttons.length;
  const words = el("div", "", el("h4", "", seen.title));
  if (seen.text) words.append(el("div", "card-text", ...plain(seen.text)));
  const card = el("div", `card${packet ? " packet" : ""}${opened ? " opened" : ""}`,
    el("div", "card-main", packet ? el("span", "seal") : null, words));
  if (seen.buttons.length) {
    const row = el("div", "card-buttons");
    for (const button of seen.buttons) row.append(tapButton(message, button, packet && seen.buttons.length === 1));
    card.append(row);
  }
  const count = Object.keys(message.card_states).length;
  card.append(el("div", "card-foot", count ? `${nameOf(speaker)}${changed ? "已点过" : "还没点"} · 共 ${count} 人点过`
    : packet ? "红包" : "卡片消息"));
  return card;
}

function tapButton(message, button, coin) {
  const node = el("button", "", coin ? el("span", "coin", "開") : null, button.label);
  node.type = "button";
  node.setAttribute("aria-label", `${button.label}：${message.title}`);
  const key = `${state.room}#${message.id}`;
  node.disabled = state.tapping.has(key);
  node.addEventListener("click", async () => {
    const info = roomInfo(state.room);
    state.tapping.add(key);
    renderMessages();
    const answer = await call("POST", `${info.path}/taps`,
      { from: speakerIn(info), message_id: message.id, button: button.key });
    state.tapping.delete(key);
    renderMessages();
    if (answer && answer.delivery === "failed") toast("点击没有送达，详见平台日志");
  });
  return node;
}

// ---- text and markdown, as nodes

const LINK = /(https?:\/\/[^\s<>"'，。；！？、（）]+)/;

function link(label, address) {
  const node = el("a", "", label);
  node.href = address;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  return node;
}

function plain(text) {
  const robot = roomInfo(state.room)?.group?.robot;
  return text.split(LINK).flatMap((part, index) => {
    if (index % 2) return [link(part, part)];
    if (!robot || !part.includes(`@${robot}`)) return [part];
    return part.split(`@${robot}`).flatMap((piece, at) => (at ? [el("span", "at", `@${robot}`), piece] : [piece]));
  });
}

const SPANS = /(\*\*[^*\n]+\*\*|`[^`\n]+`|\[[^\]\n]*\]\(https?:\/\/[^)\s]+\)|<@[^>\s]+>|<font color="(?:info|comment|warning)">.*?<\/font>)/;

function spans(text) {
  return text.split(SPANS).flatMap((part, index) => {
    if (index % 2 === 0) return plain(part);
    if (part.startsWith("**")) return [el("strong", "", ...plain(part.slice(2, -2)))];
    if (part.startsWith("`")) return [el("code", "", part.slice(1, -1))];
    if (part.startsWith("<@")) return [el("span", "at", `@${nameOf(part.slice(2, -1))}`)];
    if (part.startsWith("<font")) {
      const [, colour, words] = part.match(/^<font color="(\w+)">(.*)<\/font>$/);
      return [el("span", colour, ...spans(words))];
    }
    const [, label, address] = part.match(/^\[([^\]]*)\]\((.*)\)$/);
    return [link(label || address, address)];
  });
}

const BLOCKS = [
  ["quote", /^\s*>+\s?(.*)$/],
  ["ul", /^\s*[-*+]\s+(.*)$/],
  ["ol", /^\s*\d+[.)]\s+(.*)$/],
  ["heading", /^\s*#{1,6}\s+(.*)$/],
];

function markdown(text) {
  const blocks = [];
  for (const line of text.split("\n")) {
    const found = BLOCKS.find(([, pattern]) => pattern.test(line));
    const kind = found ? found[0] : "p";
    const words = found ? line.match(found[1])[1] : line;
    const last = blocks[blocks.length - 1];
    if (kind === "heading") blocks.push({ kind, lines: [words] });
    else if (kind === "p" && !words.trim()) blocks.push({ kind: "gap", lines: [] });
    else if (last && last.kind === kind) last.lines.push(words);
    else blocks.push({ kind, lines: [words], start: kind === "ol" ? parseInt(line, 10) : 1 });
  }
  return blocks.filter((block) => block.kind !== "gap").map(blockNode);
}

function blockNode(block) {
  if (block.kind === "ul" || block.kind === "ol") {
    const list = el(block.kind, "", ...block.lines.map((line) => el("li", "", ...spans(line))));
    if (block.kind === "ol") list.start = block.start;
    return list;
  }
  const tag = { quote: "blockquote", heading: "h4", p: "p" }[block.kind];
  const lines = block.lines.flatMap((line, index) => (index ? [el("br"), ...spans(line)] : spans(line)));
  return el(tag, "", ...lines);
}

// ---- composer

function renderComposer() {
  const info = roomInfo(state.room);
  if (!info) return;
  const speaker = speakerIn(info);
  const group = info.kind === "group" ? info.group : null;
  const options = (group ? group.members : [{ user_id: info.user, name: nameOf(info.user) }]).map((person) => {
    const option = el("option", "", person.name + (ROLES[person.role] ? `（${ROLES[person.role]}）` : ""));
    option.value = person.user_id;
    option.selected = person.user_id === speaker;
    return option;
  });
  $("speaker").replaceChildren(...options);
  $("speaker").disabled = !group;
  $("speaker-avatar").replaceChildren(speaker ? avatar(nameOf(speaker), hue(speaker)) : "");
  $("mention-label").hidden = !group || !group.robot;
  $("mention-name").textContent = group ? `@${group.robot}` : "";
  $("send").disabled = !speaker;
  const lead = ["owner", "operator"].includes(roleOf(info, speaker));
  const chip = (words, className) => {
    const button = el("button", className, words);
    button.type = "button";
    button.addEventListener("click", () => say(words));
    return button;
  };
  $("chips").replaceChildren(...(lead ? LEAD_COMMANDS : []).map((words) => chip(words, "lead")),
    ...COMMANDS.map((words) => chip(words, "")));
}

async function say(text) {
  const room = state.room;
  const info = roomInfo(room);
  if (!info || !text.trim()) return;
  const mention = $("mention").checked;
  const heard = info.kind === "private" || (info.group.robot && (mention || text.includes(`@${info.group.robot}`)));
  if (heard) state.waiting[room] = (state.waiting[room] ?? 0) + 1;
  const body = info.kind === "group" ? { from: speakerIn(info), text, mention } : { text, channel: info.app.key };
  const answer = await call("POST", `${info.path}/messages`, body);
  if (heard) state.waiting[room] -= 1;
  if (answer) state.fates[`${room}#${answer.id}`] = answer.delivery;
  if (room === state.room) { renderMessages(); toBottom(); }
}

function submit() {
  const text = $("text").value;
  if (!text.trim()) return;
  $("text").value = "";
  grow();
  say(text);
}

function grow() {
  const text = $("text");
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

// ---- control panel

function renderMembers() {
  const info = roomInfo(state.room);
  const group = info?.kind === "group" ? info.group : state.groups[0];
  if (!group) return;
  const speaker = speakerIn(info);
  $("member-count").textContent = `${group.name} · ${group.members.length} 人`;
  $("members").replaceChildren(...group.members.map((member) => memberNode(group, member, speaker)));
  const chosen = $("join-who").value;
  const fresh = el("option", "", "＋ 新的人");
  fresh.value = "";
  $("join-who").replaceChildren(fresh, ...group.outsiders.map((person) => {
    const option = el("option", "", person.name);
    option.value = person.user_id;
    option.selected = person.user_id === chosen;
    return option;
  }));
  $("join-name-label").hidden = Boolean($("join-who").value);
}

function memberNode(group, member, speaker) {
  const pick = el("button", "pick", avatar(member.name, hue(member.user_id)), el("span", "member-name", member.name));
  pick.type = "button";
  pick.setAttribute("role", "radio");
  pick.setAttribute("aria-checked", String(member.user_id === speaker));
  if (ROLES[member.role]) pick.append(el("span", `badge ${member.role}`, ROLES[member.role]));
  pick.addEventListener("click", () => choose(group.id, member.user_id));
  const out = el("button", "out", "退群");
  out.type = "button";
  out.setAttribute("aria-label", `${member.name} 退群`);
  out.addEventListener("click", () => call("DELETE", `groups/${encodeURIComponent(group.id)}/members/${encodeURIComponent(member.user_id)}`));
  const item = el("li", "member", pick, out);
  item.setAttribute("role", "none");
  return item;
}

function choose(groupId, userId) {
  state.speaker[groupId] = userId;
  const info = roomInfo(state.room);
  if (!info || info.kind !== "group" || info.group.id !== groupId) state.room = `group/${groupId}`;
  renderAll();
}

function renderChannels() {
  $("channels").replaceChildren(...state.channels.map((channel) => {
    const text = channel.text.replace("回调地址", "").replace("验证失败：", "");
    const again = el("button", channel.verified ? "" : "bad", el("span", "dot"), `${channel.channel} ${text}`);
    again.type = "button";
    again.setAttribute("aria-label", `${channel.channel} ${channel.text}，点一下重新验证`);
    again.addEventListener("click", async () => {
      const answer = await call("POST", `channels/${encodeURIComponent(channel.channel)}/check`);
      if (answer) toast(answer.verified ? "回调地址验证通过" : "回调地址验证失败");
    });
    return el("li", "", again);
  }));
}

function logNode(line) {
  const time = el("time", "", secondOf(new Date(line.at)));
  return el("li", line.level, time, line.text);
}

function renderLog() {
  $("log").replaceChildren(...state.log.map(logNode));
  $("log").scrollTop = $("log").scrollHeight;
}

function addLog(line) {
  const log = $("log");
  const low = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  state.log.push(line);
  log.append(logNode(line));
  while (state.log.length > 300) { state.log.shift(); log.firstChild.remove(); }
  if (low) log.scrollTop = log.scrollHeight;
}

function setClock(clock) {
  if (clock.moving_to && !state.clock?.moving_to) state.travelFrom = Date.parse(clock.now);
  state.clock = clock;
  state.clockAt = performance.now();
  renderClock();
}

function renderClock() {
  if (!state.clock) return;
  const instant = now();
  $("clock-time").textContent = secondOf(instant);
  $("clock-date").textContent = `${dayOf(instant)} ${weekdayOf(instant)}`;
  $("head-clock").textContent = `${dayOf(instant)} ${hourOf(instant)}`;
  const target = state.clock.moving_to ? Date.parse(state.clock.moving_to) : 0;
  $("travel").hidden = !target;
  for (const button of $("clock-buttons").children) button.disabled = Boolean(target);
  if (!target) return;
  const way = target - state.travelFrom;
  $("travel-bar").value = way > 0 ? Math.min((instant - state.travelFrom) / way, 1) : 1;
  const goal = new Date(target);
  $("travel-text").textContent = `正在拨到 ${dayOf(goal)} ${hourOf(goal)}…`;
}

// ---- everything together

function renderAll() {
  renderRooms();
  renderHead();
  renderMessages();
  renderComposer();
  renderMembers();
  renderChannels();
  renderClock();
}

const nearBottom = () => $("messages").scrollHeight - $("messages").scrollTop - $("messages").clientHeight < 90;

function toBottom() {
  $("messages").scrollTop = $("messages").scrollHeight;
  $("to-bottom").hidden = true;
}

function closePanels() {
  $("rooms").classList.remove("open");
  $("side").classList.remove("open");
}

function takeState(fresh) {
  Object.assign(state, fresh);
  if (!roomInfo(state.room)) state.room = state.groups.length ? `group/${state.groups[0].id}` : null;
  setClock(fresh.clock);
  renderAll();
  renderLog();
  toBottom();
}

function takeMessage({ room, message }) {
  const messages = (state.rooms[room] ??= []);
  const at = messages.findIndex((one) => one.id === message.id);
  if (at >= 0) messages[at] = message;
  else messages.push(message);
  if (room !== state.room) {
    if (at < 0) state.unread[room] = (state.unread[room] ?? 0) + 1;
  } else {
    const low = nearBottom();
    renderMessages();
    if (low) toBottom();
    else if (at < 0) $("to-bottom").hidden = false;
  }
  renderRooms();
}

function takeGroup(group) {
  const at = state.groups.findIndex((one) => one.id === group.id);
  if (at >= 0) state.groups[at] = group;
  else state.groups.push(group);
  renderRooms();
  renderHead();
  renderComposer();
  renderMembers();
}

function connect() {
  const stream = new EventSource("/sim/api/stream");
  const on = (name, take) => stream.addEventListener(name, (event) => take(JSON.parse(event.data)));
  on("state", takeState);
  on("message", takeMessage);
  on("group", takeGroup);
  on("clock", setClock);
  on("channels", (channels) => { state.channels = channels; renderChannels(); });
  on("log", addLog);
  const online = (yes) => {
    $("banner").classList.toggle("offline", !yes);
    $("banner-text").textContent = yes ? "模拟平台：不会发送到腾讯" : "与程序的连接断开了，正在重连…";
  };
  stream.addEventListener("open", () => online(true));
  stream.addEventListener("error", () => online(false));
}

function listen() {
  $("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  $("text").addEventListener("input", grow);
  $("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
  });
  $("speaker").addEventListener("change", () => choose(roomInfo(state.room).group.id, $("speaker").value));
  $("join-who").addEventListener("change", () => { $("join-name-label").hidden = Boolean($("join-who").value); });
  $("join").addEventListener("submit", async (event) => {
    event.preventDefault();
    const info = roomInfo(state.room);
    const group = info?.kind === "group" ? info.group : state.groups[0];
    const body = { user_id: $("join-who").value, name: $("join-who").value ? "" : $("join-name").value, code: $("join-code").value };
    const answer = await call("POST", `groups/${encodeURIComponent(group.id)}/members`, body);
    if (!answer) return;
    $("join-name").value = "";
    $("join-code").value = "";
    choose(group.id, answer.member.user_id);
  });
  $("clock-buttons").addEventListener("click", async (event) => {
    const { seconds, to } = event.target.dataset;
    if (!seconds && !to) return;
    const answer = await call("POST", "clock", seconds ? { advance_seconds: Number(seconds) } : { advance_to: to });
    if (answer) toast(`时钟拨到了 ${dayOf(new Date(answer.now))} ${hourOf(new Date(answer.now))}`);
  });
  $("log-errors").addEventListener("change", () => $("log").classList.toggle("errors-only", $("log-errors").checked));
  $("to-bottom").addEventListener("click", toBottom);
  $("messages").addEventListener("scroll", () => { if (nearBottom()) $("to-bottom").hidden = true; });
  $("open-rooms").addEventListener("click", () => $("rooms").classList.toggle("open"));
  $("open-side").addEventListener("click", () => $("side").classList.toggle("open"));
  for (const button of document.querySelectorAll(".close-panel")) button.addEventListener("click", closePanels);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closePanels(); });
  setInterval(renderClock, 1000);
}

listen();
connect();
