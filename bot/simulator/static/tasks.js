// The assistant for mass sends (群发助手) on an employee's phone: nothing goes out before his tap.

import { at, button, call, el, momentOf, state, toast } from "./base.js";
import { mediaNode, pictureNode } from "./messages.js";
import { momentNodes } from "./moments.js";
import { tasksOf } from "./people.js";
import { lines, link } from "./words.js";

const STATES = { open: "待发送", sent: "已发送", ignored: "已忽略", cancelled: "已取消" };
const DELIVERED = 1;
const RESULTS = ["未送出", "已送达", "未送达：已不是好友", "未送达：收到的群发已到上限"];
const unticked = new Set();  // receivers left out of a task, as msgid/id

export function tasksPage() {
  const tasks = tasksOf(state.person).toReversed();
  const waiting = tasks.filter((task) => task.state === "open" || task.state === "ignored");
  const over = tasks.filter((task) => !waiting.includes(task));
  return [
    el("h3", "", "待发送"),
    ...(waiting.length ? waiting.map(taskNode) : [el("p", "nothing", "没有等着发送的群发。")]),
    ...(over.length ? [el("h3", "", "已处理"), ...over.map(taskNode)] : []),
    ...momentNodes(state.person),
  ];
}

function taskNode(task) {
  const waits = task.state === "open" || task.state === "ignored";
  const head = el("header", "", el("strong", "", "企业群发"),
    el("time", "", `${momentOf(new Date(task.created_at))} 派来`),
    el("span", `task-state ${task.state}`, STATES[task.state]));
  const words = task.text ? el("div", "bubble", ...lines(task.text)) : null;
  const node = el("article", `task ${task.state}`, head, targetsNode(task, waits), words,
    ...task.attachments.map((attachment) => attachmentNode(attachment, task.msgid)));
  if (task.reminders) node.append(el("p", "hint", `企业提醒过 ${task.reminders} 次`));
  if (waits) node.append(actsNode(task));
  if (task.sent_at) node.append(el("p", "hint", `${momentOf(new Date(task.sent_at))} 点了发送`));
  return node;
}

function targetsNode(task, waits) {
  const target = ({ id, name, status }) => {
    if (!waits) return el("li", status === DELIVERED ? "good" : "bad", name, el("small", "", RESULTS[status]));
    return el("li", "", task.selectable ? tickNode(task, id) : null, name);
  };
  return el("div", "targets", el("span", "", "发给"), el("ul", "", ...task.targets.map(target)));
}

function tickNode(task, id) {
  const tick = el("input", "");
  const key = `${task.msgid}/${id}`;
  tick.type = "checkbox";
  tick.checked = !unticked.has(key);
  tick.addEventListener("change", () => { if (tick.checked) unticked.delete(key); else unticked.add(key); });
  return tick;
}

function actsNode(task) {
  const path = `people/${at(task.person)}/tasks/${at(task.msgid)}`;
  const send = button("send", async () => {
    const ticked = task.targets.map(({ id }) => id).filter((id) => !unticked.has(`${task.msgid}/${id}`));
    if (!ticked.length) { toast("请至少选一个"); return; }
    const answer = await call("POST", `${path}/confirm`, task.selectable ? { targets: ticked } : {});
    if (answer) toast(outcome(answer.task));
  }, "发送");
  send.dataset.key = `${task.msgid}/send`;
  const ignore = button("", () => call("POST", `${path}/ignore`, {}), "忽略");
  return el("footer", "", send, task.state === "open" ? ignore : null);
}

function outcome(task) {
  const reached = task.targets.filter(({ status }) => status === DELIVERED).map(({ name }) => name);
  return reached.length ? `已发到 ${reached.join("、")}` : "点了发送，但谁也没有收到";
}

function attachmentNode({ msgtype, ...parts }, place) {
  const part = parts[msgtype];
  switch (msgtype) {
    case "image":
      return part.media_id ? mediaNode({ kind: "image", id: part.media_id, name: "" }, place)
        : pictureNode(new URL(part.pic_url).pathname, "", place);
    case "link":
      return el("div", "attached", ...link(part.title, part.url), part.desc ? el("small", "", part.desc) : null);
    case "miniprogram":
      return el("div", "attached", `小程序：${part.title}`, el("small", "", part.page));
    default:
      return mediaNode({ kind: msgtype, id: part.media_id, name: "" }, place);
  }
}
