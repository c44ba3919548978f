// Where one can go: groups, people's phones, the boxes and the drill; and where one is.

import { $, avatar, button, call, count, el, hourOf, hue, painter, refill, repaint, state, toast } from "./base.js";
import { summary } from "./messages.js";
import {
  chatsOf, customers, employees, isCustomer, KINDS, nameOf, openTasks, roleOf, ROLES, roomInfo, speakerIn,
} from "./people.js";
import { enter } from "./talk.js";
import { openAs } from "./words.js";
import { serviceActs } from "./service.js";

// ---- going somewhere

export function go(place) {
  Object.assign(state, { room: "", person: "", page: "" }, place);
  if (state.room) state.unread[state.room] = 0;
  if (state.page) state.unread[state.page] = 0;
  if (state.person) state.places[state.person] = place;
  state.low = true;
  closePanels();
  remember();
  repaint();
}

export function openPhone(person) {
  const home = isCustomer(person) || !state.apps.length
    ? { page: isCustomer(person) ? "discover" : "tasks" } : { room: chatsOf(person)[0].room };
  go({ person, ...(state.places[person] ?? home) });
}

export function closePanels() {
  $("rooms").classList.remove("open");
  $("side").classList.remove("open");
}

// A reload comes back to the same place.
export function remember() {
  const { room, person, page, speaker } = state;
  sessionStorage.setItem("place", JSON.stringify({ room, person, page, speaker }));
}

export function comeBack() {
  Object.assign(state, JSON.parse(sessionStorage.getItem("place") ?? "{}"));
}

export function isSomewhere() {
  if (state.person && !employees().has(state.person) && !isCustomer(state.person)) return false;
  return Boolean(state.page || roomInfo(state.room));
}

// ---- the list on the left

painter("rooms", () => {
  const groups = state.groups.map((group) => ({ group, chat: roomInfo(`group/${group.id}`).chat }));
  refill($("group-list"), () => groups.filter((one) => !one.chat).map(groupButton));
  const customerGroups = groups.filter((one) => one.chat);
  refill($("customer-group-list"), () => customerGroups.map(groupButton));
  $("customer-group-title").hidden = !customerGroups.length;
  refill($("private-list"), () => [...employees()].map(phoneButton));
  $("private-title").hidden = !employees().size;
  const outside = customers();
  refill($("customer-list"), () => [...outside].map(phoneButton));
  $("customer-title").hidden = !outside.size && !state.contact;
  $("new-customer").hidden = !state.contact;
  renderFoot();
});

function groupButton({ group, chat }) {
  const room = `group/${group.id}`;
  const messages = state.rooms[room] ?? [];
  const last = messages[messages.length - 1];
  const note = chat?.dismissed ? "已解散" : last ? summary(last) : `${group.members.length} 人`;
  const node = button("room", () => go({ room }), avatar(group.name, chat ? "is-customer-group" : "is-group"),
    el("span", "room-name", group.name),
    el("span", "room-time", last ? hourOf(new Date(last.at)) : ""),
    el("span", "room-last", note), count(state.unread[room]));
  return listItem(node, room, state.room === room);
}

function phoneButton([person, name]) {
  const role = ROLES[roleOf(person)];
  const unread = chatsOf(person).reduce((sum, chat) => sum + (state.unread[chat.room] ?? 0), 0);
  const open = openTasks(person);
  const tasks = open ? el("span", "task-count", `群发 ${open}`) : null;
  const node = button("room phone", () => openPhone(person), avatar(name, `${hue(person)} round`),
    el("span", "room-name", name), role ? el("small", "", role) : null, tasks, count(unread));
  return listItem(node, person, state.person === person);
}

function listItem(node, key, isCurrent) {
  node.dataset.key = key;
  if (isCurrent) node.setAttribute("aria-current", "true");
  return el("li", "", node);
}

function renderFoot() {
  const places = [["mail", "收件箱"], ["drill", "演练"]];
  refill($("room-foot"), () => places.map(([page, label]) => {
    const box = page === "mail";
    const unread = box ? (state.unread.mail ?? 0) + (state.unread.sms ?? 0) : 0;
    const on = page === "drill" && isDrilling() ? el("span", "task-count", "进行中") : null;
    const node = button("", () => go({ page }), label, on, count(unread));
    node.dataset.key = page;
    if (state.page === page || (box && state.page === "sms")) node.setAttribute("aria-current", "true");
    return node;
  }));
}

export function isDrilling() {
  return Object.entries(state.faults?.faults ?? {}).some(([name, value]) => name !== "seed" && value);
}

export async function addCustomer(name) {
  const answer = await call("POST", "customers", { name });
  if (!answer) return;
  toast(`${name} 有了微信，谁也不认识`);
  go({ person: answer.customer.id, page: "discover" });  // the stream may tell of him later
}

// ---- the head of the middle

painter("head", () => {
  const info = roomInfo(state.room);
  const [title, note] = state.person ? phoneTitle(info) : info ? groupTitle(info) : pageTitle();
  $("chat-name").textContent = title;
  $("chat-note").textContent = note;
  refill($("chat-acts"), () => acts(info));
  const tabs = tabsHere();
  $("tabs").hidden = !tabs.length;
  refill($("tabs"), () => tabs);
  $("messages").hidden = $("composer").hidden = Boolean(state.page);
  $("page").hidden = !state.page;
  if (state.page) $("to-bottom").hidden = true;
});

function groupTitle({ group, chat }) {
  const title = `${group.name}（${group.members.length}）`;
  if (chat?.dismissed) return [title, "客户群 · 已解散"];
  if (chat) return [title, `客户群 · 群主 ${nameOf(chat.owner)} · 程序听不到群里的话，群发由群主确认`];
  return [title, group.robot ? `机器人「${group.robot}」在群里，@ 它才听得到` : "这个群里没有机器人"];
}

function phoneTitle(info) {
  const title = `${nameOf(state.person)}的手机`;
  if (state.page === "tasks") return [title, "群发助手：企业派来的群发，点发送才会发出去"];
  if (state.page === "discover") return [title, "微信用户：加员工、进群、关注、找客服"];
  const { kind, name } = info.partner;
  if (kind === "app") return [title, `与「${name}」应用私聊：应用能看到每一句话`];
  if (kind === "robot") return [title, `与机器人「${name}」私聊：不用 @`];
  if (kind === "employee") {
    const other = isCustomer(state.person) ? name : nameOf(info.user);
    return [title, `与 ${other} 的微信私聊：程序听不到`];
  }
  const other = isCustomer(state.person) ? name : nameOf(info.user);
  return [title, `${KINDS[kind]}「${other}」`];
}

function pageTitle() {
  if (state.page === "drill") return ["演练", "让模拟平台出错，看程序怎么应付"];
  return ["收件箱", "模拟的邮件和短信，谁也没有真的收到"];
}

function tabsHere() {
  if (state.page === "mail" || state.page === "sms") {
    return [tab("邮件", String(state.mail.length), { page: "mail" }), tab("短信", String(state.sms.length), { page: "sms" })];
  }
  const { person } = state;
  if (!person) return [];
  const chats = chatsOf(person).map(({ room, kind, name }) => tab(kind, name, { person, room }));
  if (isCustomer(person)) return [tab("", "发现", { person, page: "discover" }), ...chats];
  const open = openTasks(person);
  return [...(state.contact ? [tab("", "群发助手", { person, page: "tasks" }, open)] : []), ...chats];
}

function tab(kind, name, place, open = 0) {
  const unread = state.unread[place.room ?? place.page] ?? 0;
  const node = button("tab", () => go(place), kind ? el("small", "", kind) : null, name,
    open ? el("span", "task-count", String(open)) : null, count(unread));
  node.dataset.key = place.room ?? place.page;
  if ((place.room ?? "") === state.room && (place.page ?? "") === state.page) {
    node.setAttribute("aria-current", "true");
  }
  return node;
}

function acts(info) {
  if (!info) return [];
  if (info.kind === "group") {
    const speaker = speakerIn(info);
    if (!info.chat || info.chat.dismissed || !speaker) return [];
    const node = openAs(speaker, "群页面 ↗", { path: `/m/${info.group.id}` });
    node.title = `以${nameOf(speaker)}打开这个群的页面`;
    return [node];
  }
  const { kind } = info.partner;
  if (kind === "service" && !isCustomer(state.person)) return serviceActs(info);
  if (!["app", "robot", "service"].includes(kind)) return [];
  return [button("", () => enter(info), "进入会话")];
}

export function listenToRooms() {
  $("open-rooms").addEventListener("click", () => $("rooms").classList.toggle("open"));
  $("open-side").addEventListener("click", () => $("side").classList.toggle("open"));
  for (const node of document.querySelectorAll(".close-panel")) node.addEventListener("click", closePanels);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closePanels(); });
  $("new-customer").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = $("new-customer-name").value.trim();
    $("new-customer-name").value = "";
    if (name) addCustomer(name);
  });
}
