// What is about to be said, by whom, and the commands that are at hand.

import { $, at, avatar, button, call, el, hue, painter, refill, state } from "./base.js";
import { isCustomer, nameOf, roleIn, ROLES, roomInfo, speakerIn } from "./people.js";
import { choose } from "./panel.js";
import { say } from "./talk.js";

const COMMANDS = ["签到", "积分", "抢红包", "邀请", "我的数据", "帮助"];
const LEAD_COMMANDS = ["发红包 100 10", "确认", "排期", "数据", "发布"];
const HEARD = "说点什么，按回车发送";
const UNHEARD = "说点什么（程序听不到）";

painter("composer", () => {
  const info = roomInfo(state.room);
  if (!info) return;
  const speaker = speakerIn(info);
  const group = info.group;
  const heard = group ? Boolean(group.robot) : info.partner.kind !== "employee";
  const speakers = group ? group.members : [{ user_id: speaker, name: nameOf(speaker) }];
  refill($("speaker"), () => speakers.map(({ user_id: userId, name }) => {
    const option = el("option", "", name + suffix(group, userId));
    option.value = userId;
    option.selected = userId === speaker;
    return option;
  }));
  $("speaker").disabled = !group;
  $("speaker-avatar").replaceChildren(speaker ? avatar(nameOf(speaker), hue(speaker)) : "");
  $("mention-label").hidden = !group?.robot;
  $("mention-name").textContent = group?.robot ? `@${group.robot}` : "";
  $("text").placeholder = heard ? HEARD : UNHEARD;
  $("text").disabled = $("send").disabled = !speaker || Boolean(info.chat?.dismissed) || info.partner?.kind === "program";
  refill($("chips"), () => chips(info, speaker, heard));
});

function suffix(group, userId) {
  if (!group) return "";
  const role = ROLES[roleIn(group, userId)];
  return role ? `（${role}）` : isCustomer(userId) ? "（微信）" : "";
}

function chips(info, speaker, heard) {
  const { partner, group } = info;
  if (!heard || partner?.kind === "program" || (partner?.kind === "service" && !isCustomer(speaker))) return [];
  if (partner?.kind === "account") return [...menuChips(partner, speaker), ...COMMANDS.map((words) => chip(words))];
  const lead = group && ["owner", "operator"].includes(roleIn(group, speaker));
  const more = partner?.kind === "service" ? ["人工"] : [];
  return [...(lead ? LEAD_COMMANDS : []).map((words) => chip(words, "lead")),
    ...[...COMMANDS, ...more].map((words) => chip(words))];
}

const chip = (words, className = "") => button(className, () => say(words), words);

// The account's menu, as this follower sees it.
function menuChips({ key }, customer) {
  const account = state.accounts.find((one) => one.key === key);
  const menu = account?.followers.find((one) => one.customer === customer)?.menu ?? [];
  const entries = menu.flatMap((entry) => (entry.sub_button?.length ? entry.sub_button : [entry]));
  const click = (name) => () =>
    call("POST", `accounts/${at(key)}/clicks`, { customer, button: name });
  return entries.map((entry) => button("menu", click(entry.name), `☰ ${entry.name}`));
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

export function listenToComposer() {
  $("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  $("text").addEventListener("input", grow);
  $("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
  });
  $("speaker").addEventListener("change", () => choose(roomInfo(state.room).group.id, $("speaker").value));
}
