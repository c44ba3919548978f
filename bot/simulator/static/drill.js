// The drill: what shall go wrong on the platform, and what has gone wrong so far.

import { button, call, el, repaint, state, toast } from "./base.js";

const FAULTS = [
  ["lost_percent", "事件丢失", "%", "lost", "客户和群的事件不再告诉程序"],
  ["doubled_percent", "回调重复", "%", "doubled", "同一个回调送两次"],
  ["reordered_percent", "事件乱序", "%", "reordered", "后一个事件先到"],
  ["delay_seconds", "事件迟到", "秒以内", "delayed", "客户和群的事件晚到"],
  ["busy_percent", "系统繁忙", "%", "busy", "接口返回 errcode -1"],
  ["http_error_percent", "HTTP 500", "%", "http_error", "一半在生效以后"],
  ["dropped_percent", "连接中断", "%", "dropped", "一半在生效以后"],
  ["token_calls", "令牌早失效", "次后", "token", "0 表示不提前失效"],
  ["seed", "种子", "", "", "种子相同，故障也相同"],
];
const NAMES = FAULTS.map(([name]) => name);

let form = null;
let shown = "";

// The form stays while the counts beside it change; it is made anew when the plan is another one.
export function drillPage() {
  if (!state.faults) return [el("p", "nothing", "正在读取…")];
  const plan = JSON.stringify(state.faults.faults);
  if (!form || shown !== plan) form = formNode(state.faults.faults);
  shown = plan;
  for (const cell of form.querySelectorAll("[data-count]")) {
    const { planned, happened } = state.faults;
    const kind = cell.dataset.count;
    cell.textContent = `${happened[kind]} / ${planned[kind]}`;
    cell.classList.toggle("some", happened[kind] > 0);
  }
  return [form];
}

export async function readFaults() {
  const answer = await call("GET", "faults");
  if (!answer) return;
  state.faults = answer;
  repaint("page", "rooms");
}

async function change(faults) {
  const answer = await call("PUT", "faults", faults);
  if (!answer) return;
  state.faults = answer;
  repaint("page", "rooms");
  toast("演练已更新");
}

function formNode(faults) {
  const node = el("form", "drill",
    el("p", "hint", "计划是抽中了，发生是真的出了错。重启程序后回到 bot.yaml 的值。"),
    el("p", "drill-head", "发生 / 计划"),
    el("div", "drill-grid", ...FAULTS.map((fault) => rowNode(fault, faults))),
    el("footer", "", submitNode(),
      button("", () => change({ seed: faults.seed }), "全部归零")));
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    change(Object.fromEntries(NAMES.map((name) => [name, Number(node.elements[name].value)])));
  });
  return node;
}

function rowNode([name, label, unit, kind, note], faults) {
  const input = el("input", "");
  Object.assign(input, { name, type: "number", min: "0", step: "1", required: true, value: faults[name] });
  input.setAttribute("aria-label", label);
  if (name.endsWith("percent")) input.max = "100";
  const counts = el("span", "drill-count", "");
  if (kind) counts.dataset.count = kind;
  return el("label", "", el("span", "drill-name", label, el("small", "", note)), input,
    el("span", "drill-unit", unit), counts);
}

function submitNode() {
  const node = el("button", "send", "应用");
  node.type = "submit";
  return node;
}
