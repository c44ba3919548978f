// The control panel on the right: the clock, who is in the group, the callback addresses, the log.

import {
  $, at, avatar, button, call, dayOf, el, hourOf, hue, now, painter, refill, repaint, secondOf, state, toast,
  weekdayOf,
} from "./base.js";
import { isCustomer, nameOf, ROLES, roomInfo, speakerIn } from "./people.js";
import { remember } from "./rooms.js";

const LOG_LINES = 300;
const SCENES = { invited: "邀请入群", link: "链接入群", code: "扫码入群" };

// ---- members

painter("members", () => {
  const info = roomInfo(state.room);
  const group = info?.group;
  $("members-box").hidden = !group;
  if (!group) return;
  const { chat } = info;
  const speaker = speakerIn(info);
  $("member-count").textContent = `${group.name} · ${group.members.length} 人`;
  refill($("members"), () => group.members.map((member) => memberNode(group, chat, member, speaker)));
  $("join").hidden = Boolean(chat?.dismissed);
  const newcomer = option("", chat ? "＋ 新的客户" : "＋ 新的人");
  refillSelect($("join-who"), [newcomer, ...group.outsiders.map(outsiderOption)]);
  $("join-name-label").hidden = Boolean($("join-who").value);
  $("join-how-label").hidden = !chat;
  $("join-code-label").hidden = Boolean(chat);
  refillSelect($("join-how"), chat ? waysInto(group) : []);
});

function memberNode(group, chat, member, speaker) {
  const { user_id: userId, name } = member;
  const pick = button("pick", () => choose(group.id, userId), avatar(name, hue(userId)), el("span", "member-name", name));
  pick.setAttribute("role", "radio");
  pick.setAttribute("aria-checked", String(userId === speaker));
  pick.dataset.key = userId;
  if (ROLES[member.role]) pick.append(el("span", `badge ${member.role}`, ROLES[member.role]));
  if (isCustomer(userId)) pick.append(el("span", "badge wechat", "微信"));
  const how = chat && cameBy(chat, userId);
  if (how) pick.append(el("span", "came-by", how));
  const item = el("li", "member", pick);
  item.setAttribute("role", "none");
  if (!chat || (userId !== chat.owner && !chat.dismissed)) item.append(leaveButton(group, member));
  return item;
}

function leaveButton(group, { user_id: userId, name }) {
  const node = button("out", () => call("DELETE", `groups/${at(group.id)}/members/${at(userId)}`), "退群");
  node.setAttribute("aria-label", `${name} 退群`);
  return node;
}

function cameBy(chat, userId) {
  const stay = chat.members.find((member) => member.id === userId);
  if (!stay || userId === chat.owner) return "";
  if (stay.state) return `入群方式 ${stay.state}`;
  return stay.invitor ? `${nameOf(stay.invitor)} 邀请` : SCENES[stay.scene] ?? "";
}

function waysInto(group) {
  const ways = (state.contact?.ways ?? []).filter((way) => way.kind === "group" && way.groups.includes(group.id));
  const inviters = group.members.map(({ user_id: userId, name }) => option(`by:${userId}`, `${name} 邀请`));
  return [option("", "扫群二维码"),
    ...ways.map((way) => option(`way:${way.config_id}`, `入群方式 ${way.remark || way.state || way.config_id}`)),
    ...inviters];
}

const outsiderOption = ({ user_id: userId, name }) =>
  option(userId, `${name}${isCustomer(userId) ? "（微信）" : ""}`);

function option(value, label) {
  const node = el("option", "", label);
  node.value = value;
  return node;
}

function refillSelect(select, options) {
  const chosen = select.value;
  select.replaceChildren(...options);
  if (options.some((one) => one.value === chosen)) select.value = chosen;
}

export function choose(groupId, userId) {
  state.speaker[groupId] = userId;
  remember();
  repaint("head", "messages", "composer", "members");
}

async function join() {
  const { group, chat } = roomInfo(state.room);
  const [kind, value] = $("join-how").value.split(/:(.*)/);
  const body = { user_id: $("join-who").value, name: $("join-who").value ? "" : $("join-name").value };
  if (chat && kind) body[kind] = value;
  if (!chat) body.code = $("join-code").value;
  const answer = await call("POST", `groups/${at(group.id)}/members`, body);
  if (!answer) return;
  $("join-name").value = "";
  $("join-code").value = "";
  choose(group.id, answer.member.user_id);
}

// ---- callback addresses

painter("channels", () => {
  const sockets = state.robots.filter((robot) => robot.mode === "socket");
  refill($("channels"), () => [...state.channels.map(channelNode), ...sockets.map(socketNode)]);
});

function channelNode(channel) {
  const text = channel.text.replace("回调地址", "").replace("验证失败：", "");
  const again = button(channel.verified ? "" : "bad", async () => {
    const answer = await call("POST", `channels/${at(channel.channel)}/check`);
    if (answer) toast(answer.verified ? "回调地址验证通过" : "回调地址验证失败");
  }, el("span", "dot"), `${channel.channel} ${text}`);
  again.setAttribute("aria-label", `${channel.channel} ${text}，点一下重新验证`);
  again.dataset.key = channel.channel;
  return el("li", "", again);
}

function socketNode({ key, connected }) {
  const text = `${key} 长连接${connected ? "已连接" : "未连接"}`;
  return el("li", connected ? "socket" : "socket bad", el("span", "dot"), text);
}

// ---- log

function logNode(line) {
  return el("li", line.level, el("time", "", secondOf(new Date(line.at))), line.text);
}

painter("log", () => {
  $("log").replaceChildren(...state.log.map(logNode));
  $("log").scrollTop = $("log").scrollHeight;
});

export function addLog(line) {
  const log = $("log");
  const low = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  state.log.push(line);
  log.append(logNode(line));
  while (state.log.length > LOG_LINES) { state.log.shift(); log.firstChild.remove(); }
  if (low) log.scrollTop = log.scrollHeight;
}

// ---- clock

export function setClock(clock) {
  if (clock.moving_to && !state.clock?.moving_to) state.travelFrom = Date.parse(clock.now);
  state.clock = clock;
  state.clockAt = performance.now();
  repaint("clock");
}

painter("clock", () => {
  if (!state.clock) return;
  const instant = now();
  $("clock-time").textContent = secondOf(instant);
  $("clock-date").textContent = `${dayOf(instant)} ${weekdayOf(instant)}`;
  $("head-clock").textContent = `${dayOf(instant)} ${hourOf(instant)}`;
  const target = state.clock.moving_to ? Date.parse(state.clock.moving_to) : 0;
  $("travel").hidden = !target;
  for (const node of $("clock-buttons").children) node.disabled = Boolean(target);
  if (!target) return;
  const way = target - state.travelFrom;
  $("travel-bar").value = way > 0 ? Math.min((instant - state.travelFrom) / way, 1) : 1;
  const goal = new Date(target);
  $("travel-text").textContent = `正在拨到 ${dayOf(goal)} ${hourOf(goal)}…`;
});

async function moveClock({ seconds, to }) {
  const answer = await call("POST", "clock", seconds ? { advance_seconds: Number(seconds) } : { advance_to: to });
  if (answer) toast(`时钟拨到了 ${dayOf(new Date(answer.now))} ${hourOf(new Date(answer.now))}`);
}

export function listenToPanel() {
  $("join-who").addEventListener("change", () => { $("join-name-label").hidden = Boolean($("join-who").value); });
  $("join").addEventListener("submit", (event) => { event.preventDefault(); join(); });
  $("clock-buttons").addEventListener("click", (event) => {
    const { seconds, to } = event.target.dataset;
    if (seconds || to) moveClock({ seconds, to });
  });
  $("log-errors").addEventListener("change", () => $("log").classList.toggle("errors-only", $("log-errors").checked));
  setInterval(() => repaint("clock"), 1000);
}
