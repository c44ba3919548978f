// What all parts of the page share: what is known, small helpers, the call to /sim/api.

export const state = {
  groups: [], apps: [], robots: [], accounts: [], programs: [], services: [], contact: null,
  rooms: {}, channels: [], log: [], mail: [], sms: [], faults: null, zone: "Asia/Shanghai",
  clock: null, clockAt: 0, travelFrom: null,
  // Where we are: a group's room; a person's phone with one of its chats or pages; or a page alone.
  room: "", person: "", page: "",
  speaker: {}, places: {}, unread: {}, fates: {}, waiting: {}, tapping: new Set(), low: true,
};

export const $ = (id) => document.getElementById(id);
export const at = encodeURIComponent;

export function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function button(className, onTap, ...children) {
  const node = el("button", className, ...children);
  node.type = "button";
  node.addEventListener("click", onTap);
  return node;
}

// New content, with the reader's place and focus kept: `data-key` tells who is who. `make` may use
// nodes of the old content.
export function refill(container, make) {
  const active = document.activeElement;
  const key = container.contains(active) ? active.dataset.key : "";
  const top = container.scrollTop;
  container.replaceChildren(...make());
  container.scrollTop = top;
  if (key) container.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

// ---- parts of the page, painted by name, each at most once for a frame

const painters = {};
const due = new Set();

export function painter(name, paint) {
  painters[name] = paint;
}

export function repaint(...names) {
  if (!due.size) requestAnimationFrame(paintDue);
  for (const name of names.length ? names : Object.keys(painters)) due.add(name);
}

function paintDue() {
  const names = Object.keys(painters).filter((name) => due.has(name));
  due.clear();
  for (const name of names) painters[name]();
}

// ---- the simulator

export async function call(method, path, body) {
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

export function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 4500);
}

// ---- faces and hours

export function hue(id) {
  let sum = 7;
  for (const char of id) sum = (sum * 131 + char.codePointAt(0)) % 1000003;
  return `hue-${sum % 10}`;
}

export function avatar(name, look) {
  const node = el("span", `avatar ${look}`, [...(name || "?")][0]);
  node.setAttribute("aria-hidden", "true");
  return node;
}

export function count(number) {
  return number ? el("span", "unread", String(Math.min(number, 99))) : null;
}

const formats = {};

function format(instant, options) {
  const key = `${state.zone}${JSON.stringify(options)}`;
  formats[key] ??= new Intl.DateTimeFormat("zh-CN", { timeZone: state.zone, hourCycle: "h23", ...options });
  return formats[key].format(instant);
}

export const hourOf = (instant) => format(instant, { hour: "2-digit", minute: "2-digit" });
export const secondOf = (instant) => format(instant, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const dayOf = (instant) => format(instant, { month: "long", day: "numeric" });
export const weekdayOf = (instant) => format(instant, { weekday: "short" });

export function momentOf(instant) {
  const today = dayOf(instant) === dayOf(now());
  return `${today ? "" : `${dayOf(instant)} ${weekdayOf(instant)} `}${hourOf(instant)}`;
}

export function now() {
  if (!state.clock) return new Date();
  const passed = state.clock.moving_to ? 0 : performance.now() - state.clockAt;
  return new Date(Date.parse(state.clock.now) + passed);
}
