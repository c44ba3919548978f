// What people do in a chat, told to the simulator in the words of each kind of chat.

import { $, at, call, repaint, state, toast } from "./base.js";
import { isCustomer, roomInfo, speakerIn } from "./people.js";

// Where to tell it, and who it is.
function doorOf(info) {
  if (info.kind === "group") {
    return { path: `groups/${at(info.group.id)}`, who: { from: speakerIn(info) } };
  }
  const { partner, user } = info;
  switch (partner.kind) {
    case "service":
    case "account":
      return { path: `${partner.kind}s/${at(partner.key)}`, who: { from: user } };
    case "employee":
      return { path: `customers/${at(user)}`, who: { employee: partner.key, from: speakerIn(info) } };
    default:
      return { path: `people/${at(user)}`, who: { channel: partner.key } };
  }
}

// Whether a bot is told of the words, so that an answer can be waited for.
export function isHeard(info, text, mention) {
  if (info.kind === "private") return ["app", "robot", "account"].includes(info.partner.kind);
  return Boolean(info.group.robot) && (mention || text.includes(`@${info.group.robot}`));
}

export async function say(text) {
  const room = state.room;
  const info = roomInfo(room);
  if (!info || !text.trim()) return;
  const mention = $("mention").checked;
  const heard = isHeard(info, text, mention);
  if (heard) state.waiting[room] = (state.waiting[room] ?? 0) + 1;
  const answer = await send(info, text, mention);
  if (heard) state.waiting[room] -= 1;
  if (answer) state.fates[`${room}#${answer.id}`] = answer.delivery;
  state.low = true;
  if (room === state.room) repaint("messages");
}

function send(info, text, mention) {
  const { path, who } = doorOf(info);
  if (info.partner?.kind === "service" && !isCustomer(state.person)) {
    const body = { servicer: state.person, customer: info.user, text };
    return call("POST", `${path}/answers`, body);
  }
  const body = info.kind === "group" ? { ...who, text, mention } : { ...who, text };
  return call("POST", `${path}/messages`, body);
}

export async function tap(message, key, chosen) {
  const room = state.room;
  const { path, who } = doorOf(roomInfo(room));
  state.tapping.add(`${room}#${message.id}`);
  repaint("messages");
  const body = { ...who, message_id: message.id, button: key, ...(chosen ? { chosen } : {}) };
  const answer = await call("POST", `${path}/taps`, body);
  state.tapping.delete(`${room}#${message.id}`);
  repaint("messages");
  if (answer?.delivery === "failed") toast("点击没有送达，详见平台日志");
}

export async function rate(message, verdict) {
  const { path, who } = doorOf(roomInfo(state.room));
  const answer = await call("POST", `${path}/feedback`, { ...who, message_id: message.id, verdict });
  if (answer) toast("评价已告诉机器人");
}

// Opening a chat, which some bots are told of.
export async function enter(info) {
  const { partner, user } = info;
  const service = partner.kind === "service";
  const answer = service
    ? await call("POST", `services/${at(partner.key)}/sessions`, { customer: user })
    : await call("POST", `people/${at(user)}/entries`, { channel: partner.key });
  if (!answer) return;
  if (service) toast(answer.may_welcome ? "进入了会话，可以收到欢迎语" : "进入了会话");
  else toast(answer.delivery === "not_heard" ? "进入了会话；今天已经告诉过机器人" : "进入了会话");
}
