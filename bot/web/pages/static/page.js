// One act at a time: it is sent under an id of its own and repeated under the same id until it is
// answered, so a broken connection does nothing twice. What is said is only ever set as text.
"use strict";

const PATIENCE_MS = 90000;
const PAUSE_MS = 1500;
const REQUEST_MS = 15000;
const ADDRESS = /(https?:\/\/[^\s<>"'，。！？；：、（）《》“”‘’【】]+)/;

const talk = document.getElementById("talk");

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// ---- what is seen

function addBubble(kind, text) {
  const bubble = document.createElement("div");
  bubble.className = `bubble ${kind}`;
  setWords(bubble, text);
  talk.append(bubble);
  lookAt(bubble);
  return bubble;
}

function lookAt(bubble) {
  bubble.scrollIntoView({ block: bubble.offsetHeight > talk.clientHeight ? "start" : "end" });
}

function setWords(node, text) {
  const parts = text.split(ADDRESS);
  node.replaceChildren(...parts.map((part, place) => (place % 2 ? makeLink(part) : part)));
}

function makeLink(address) {
  const link = document.createElement("a");
  link.href = address;
  link.rel = "noopener noreferrer";
  link.textContent = address;
  return link;
}

// The picture tells what the words beside it tell, so whoever hears the page misses nothing.
function makePicture(body) {
  const picture = document.createElement("img");
  picture.alt = "";
  picture.src = `data:image/png;base64,${body}`;
  return picture;
}

function makeButton(label, onTap) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", () => onTap(button));
  return button;
}

function showAnswer(bubble, answer) {
  bubble.className = "bubble";
  if (answer === null) {
    setWords(bubble, "这次没有回应。换个说法，或者过一会儿再试。");
    return;
  }
  const words = document.createElement("div");
  setWords(words, answer.text);
  bubble.replaceChildren(words);
  if (answer.title) {
    const title = document.createElement("h2");
    title.textContent = answer.title;
    bubble.prepend(title);
  }
  if (answer.picture) bubble.append(makePicture(answer.picture));
  for (const { label, key } of answer.buttons || []) {
    bubble.append(makeButton(label, (button) => tap(button, key, answer.task)));
  }
}

function showTrouble(bubble, text) {
  bubble.className = "bubble trouble";
  setWords(bubble, text);
}

// While an act is under way no button works, and Enter sends nothing as long as 发送 is off.
function setBusy(value) {
  const focused = document.activeElement;
  talk.setAttribute("aria-busy", String(value));
  for (const button of document.querySelectorAll("button")) {
    button.disabled = value || button.dataset.spent === "yes";
  }
  return focused;
}

// ---- what is done

function say(text) {
  addBubble("mine", text);
  act({ id: newId(), text });
}

async function tap(button, key, task) {
  button.dataset.spent = "yes";
  await act({ id: newId(), button: key, task });
}

async function act(body) {
  const bubble = addBubble("waiting", "……");
  const focused = setBusy(true);
  await settle(bubble, JSON.stringify(body));
  setBusy(false);
  lookAt(bubble);
  if (document.activeElement === document.body) focused.focus({ preventScroll: true });
}

async function settle(bubble, body) {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const { status, data } = await send(body);
    if (status === 401) {
      location.reload();
      return;
    }
    if (status >= 400 && status < 500 && status !== 429) {
      showTrouble(bubble, data?.error || "页面变了，请刷新后再试。");
      return;
    }
    if (data?.state === "done") {
      showAnswer(bubble, data.answer);
      return;
    }
    if (data?.state === "waiting" && bubble.textContent === "……") {
      setWords(bubble, data.answer.text);
    }
    await rest(PAUSE_MS);
  }
  showTrouble(bubble, "还没等到回音，可能是网络不好。再试一次不会重复。");
  bubble.append(makeButton("再试一次", () => again(bubble, body)));
}

function again(bubble, body) {
  bubble.remove();
  act(JSON.parse(body));
}

// The answer of the server, whatever it says; nothing when there was none.
async function send(body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), REQUEST_MS);
  try {
    const response = await fetch(document.body.dataset.act, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      signal: patience.signal,
    });
    const data = await response.json().catch(() => null);
    return { status: response.status, data };
  } catch {
    return { status: 0, data: null };
  } finally {
    clearTimeout(timer);
  }
}

for (const button of document.querySelectorAll("#buttons button")) {
  button.addEventListener("click", () => say(button.textContent));
}

document.getElementById("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = event.target.elements.text;
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  say(text);
});
