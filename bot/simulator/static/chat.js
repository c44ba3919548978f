// The page shows what /sim/api/stream tells and asks /sim/api to act.

import { $, call, painter, refill, repaint, state } from "./base.js";
import { mailPage, smsPage } from "./boxes.js";
import { listenToComposer } from "./composer.js";
import { discoverPage } from "./discover.js";
import { drillPage, readFaults } from "./drill.js";
import { listenToMessages } from "./messages.js";
import { addLog, listenToPanel, setClock } from "./panel.js";
import { comeBack, isSomewhere, listenToRooms } from "./rooms.js";
import { tasksPage } from "./tasks.js";

const PAUSE_MS = 250;
const PAGES = { tasks: tasksPage, discover: discoverPage, mail: mailPage, sms: smsPage, drill: drillPage };

painter("page", () => {
  refill($("page"), () => (state.page ? PAGES[state.page]() : []));
});

// ---- what is told

function takeState(fresh) {
  Object.assign(state, fresh);
  Object.assign(state, { contact: fresh.contact ?? null, mail: [], sms: [], low: true });
  if (!isSomewhere()) Object.assign(state, { room: firstRoom(), person: "", page: "" });
  setClock(fresh.clock);
  repaint();
  readFaults();
  readBox("mail", "mail");
  readBox("sms", "messages");
}

const firstRoom = () => (state.groups.length ? `group/${state.groups[0].id}` : "");

function takeMessage({ room, message }) {
  const messages = (state.rooms[room] ??= []);
  const index = messages.findIndex((one) => one.id === message.id);
  const fresh = index < 0;
  if (fresh) messages.push(message);
  else messages[index] = message;
  if (room === state.room) repaint("messages");
  else if (fresh) state.unread[room] = (state.unread[room] ?? 0) + 1;
  repaint("rooms");
  if (state.person) repaint("head");
}

// Puts something new in place of what has the same ids, or behind all others.
function put(list, fresh, ...ids) {
  const index = list.findIndex((one) => ids.every((id) => one[id] === fresh[id]));
  if (index < 0) list.push(fresh);
  else list[index] = fresh;
}

function takeGroup(group) {
  put(state.groups, group, "id");
  repaint("rooms", "head", "composer", "members");
}

const takeContact = (list, ...ids) => (fresh) => {
  if (!state.contact) return;
  put(state.contact[list], fresh, ...ids);
  repaint("rooms", "head", "composer", "members", "page");
};

const takeWhole = (name) => (fresh) => {
  if (!state.contact) return;
  state.contact[name] = fresh;
  repaint("members", "page");
};

function takeSockets(robots) {
  state.robots = [...state.robots.filter((one) => one.mode === "url"), ...robots];
  repaint("channels");
}

function takeLetter(name, letter) {
  put(state[name], letter, "id");
  if (state.page !== name) state.unread[name] = (state.unread[name] ?? 0) + 1;
  repaint("rooms", "head", "page");
}

async function readBox(name, listed) {
  const answer = await call("GET", name);
  if (!answer) return;
  for (const letter of answer[listed]) put(state[name], letter, "id");
  state[name].sort((one, other) => one.id - other.id);
  repaint("head", "page");
}

// Something that only says that it has changed is read again, once for a burst of changes.
function reading(read) {
  let due = 0;
  return () => { due ||= setTimeout(() => { due = 0; read(); }, PAUSE_MS); };
}

const rereadPlatform = (path) => reading(async () => {
  const answer = await call("GET", path);
  if (!answer) return;
  Object.assign(state, answer);
  repaint("rooms", "head", "composer", "page");
});

const rereadFaults = reading(readFaults);

function connect() {
  const stream = new EventSource("/sim/api/stream");
  const on = (name, take) => stream.addEventListener(name, (event) => take(JSON.parse(event.data)));
  on("state", takeState);
  on("message", takeMessage);
  on("group", takeGroup);
  on("customer", takeContact("customers", "id"));
  on("customer_group", takeContact("customer_groups", "id"));
  on("tasks", takeContact("tasks", "msgid", "person"));
  on("moments", takeContact("moments", "moment_id", "person"));
  on("tags", takeWhole("tags"));
  on("ways", takeWhole("ways"));
  on("accounts", rereadPlatform("accounts"));
  on("services", rereadPlatform("services"));
  on("mail", (letter) => takeLetter("mail", letter));
  on("sms", (letter) => takeLetter("sms", letter));
  on("clock", setClock);
  on("channels", (channels) => { state.channels = channels; repaint("channels"); });
  on("robots", takeSockets);
  on("log", (line) => { addLog(line); if (state.page === "drill") rereadFaults(); });
  const online = (yes) => {
    $("banner").classList.toggle("offline", !yes);
    $("banner-text").textContent = yes ? "模拟平台：不会发送到腾讯" : "与程序的连接断开了，正在重连…";
  };
  stream.addEventListener("open", () => online(true));
  stream.addEventListener("error", () => online(false));
}

comeBack();
listenToRooms();
listenToMessages();
listenToComposer();
listenToPanel();
connect();
