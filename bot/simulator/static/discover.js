// What a WeChat user can do from his phone: add employees, come into groups, follow, ask for help.

import { at, button, call, el, state } from "./base.js";
import { employees, nameOf } from "./people.js";
import { go } from "./rooms.js";
import { enter } from "./talk.js";
import { openAs } from "./words.js";

export function discoverPage() {
  const { person } = state;
  const known = state.contact?.customers.find((customer) => customer.id === person);
  return [
    ...(known ? [friendsBox(known)] : []),
    ...(state.contact?.customer_groups.length ? [groupsBox(person)] : []),
    ...state.accounts.map((account) => accountBox(account, person)),
    ...state.services.map((service) => serviceBox(service, person)),
    ...state.programs.map((program) => programBox(program, person)),
  ];
}

const box = (title, ...rows) => el("section", "box", el("h3", "", title), ...rows);
const row = (label, note, ...acts) =>
  el("div", "row-line", el("span", "row-label", label, note ? el("small", "", note) : null), ...acts);
const chips = (...nodes) => el("div", "chip-line", ...nodes);

function act(label, method, path, body, className = "") {
  return button(className, () => call(method, path, body), label);
}

function code(label, picture, onTap) {
  const image = el("img", "");
  image.src = picture;
  image.alt = "";
  return button("code", onTap, image, label);
}

// ---- employees

function friendsBox(customer) {
  const path = `customers/${at(customer.id)}/friends`;
  const friends = customer.friends.map((tie) => row(tie.employee_name, tieNote(tie),
    button("", () => go({ person: customer.id, room: tie.room }), "聊天"),
    act("删除", "DELETE", `${path}/${at(tie.employee)}`, undefined, "quiet")));
  const asking = customer.asking.map((employee) => row(nameOf(employee), "还没有通过",
    act(`${nameOf(employee)} 点通过`, "POST", `${path}/${at(employee)}/accept`, {})));
  const taken = new Set([...customer.friends.map((tie) => tie.employee), ...customer.asking]);
  const ways = state.contact.ways.filter((way) => way.kind === "friend" && way.open);
  const codes = ways.map((way) => code(way.remark || way.state || way.employees.map(nameOf).join("、"),
    new URL(way.qr_code).pathname, () => call("POST", path, { way: way.config_id })));
  const others = [...employees()].filter(([employee]) => !taken.has(employee));
  return box("员工", ...friends, ...asking,
    codes.length ? el("p", "hint", "扫「联系我」二维码添加") : null,
    codes.length ? chips(...codes) : null,
    others.length ? el("p", "hint", "直接添加") : null,
    chips(...others.map(([employee, name]) => act(`＋ ${name}`, "POST", path, { employee }))));
}

function tieNote(tie) {
  const tags = tie.tags.map((tag) => tag.name).join("、");
  return [tie.state && `来源 ${tie.state}`, tie.remark && `备注 ${tie.remark}`, tags && `标签 ${tags}`]
    .filter(Boolean).join(" · ") || "好友";
}

// ---- customer groups

function groupsBox(person) {
  const standing = state.contact.customer_groups.filter((chat) => !chat.dismissed);
  const rows = standing.map((chat) => {
    const path = `groups/${at(chat.id)}/members`;
    if (!chat.members.some((member) => member.id === person)) {
      return row(chat.name, "不在群里", act("扫群二维码", "POST", path, { user_id: person }));
    }
    const enterGroup = () => { state.speaker[chat.id] = person; go({ room: `group/${chat.id}` }); };
    return row(chat.name, "在群里", button("", enterGroup, "群聊"),
      openAs(person, "群页面 ↗", { path: `/m/${chat.id}` }),
      act("退群", "DELETE", `${path}/${at(person)}`, undefined, "quiet"));
  });
  const ways = state.contact.ways.filter((way) => way.kind === "group");
  const codes = ways.map((way) => code(way.remark || way.state || "入群码", new URL(way.qr_code).pathname,
    () => call("POST", `customers/${at(person)}/groups`, { way: way.config_id })));
  return box("客户群", ...rows, codes.length ? el("p", "hint", "扫入群二维码") : null,
    codes.length ? chips(...codes) : null);
}

// ---- accounts, services, mini programs

function accountBox(account, person) {
  const path = `accounts/${at(account.key)}`;
  const follower = account.followers.find((one) => one.customer === person);
  const visitor = follower ?? account.outsiders.find((one) => one.customer === person);
  const acts = follower
    ? [button("", () => go({ person, room: `private/${account.key}/${person}` }), "聊天"),
      act("取消关注", "DELETE", `${path}/followers/${at(person)}`, undefined, "quiet")]
    : [act("关注", "POST", `${path}/followers`, { customer: person })];
  const codes = account.codes.map(({ scene, ticket }) =>
    act(`扫码 ${scene}`, "POST", `${path}/scans`, { customer: person, code: ticket }));
  return box(`公众号「${account.name}」`, row(follower ? "已关注" : "没有关注", allowanceNote(follower), ...acts),
    codes.length ? chips(...codes) : null, consents(account, visitor, person));
}

function allowanceNote(follower) {
  return follower?.allowance ? `公众号还可以发来 ${follower.allowance.left} 条` : "";
}

function consents(client, visitor, person) {
  if (!client.templates.length) return null;
  return chips(...client.templates.map((template) => {
    const left = visitor?.consents[template] ?? 0;
    const label = `同意一次订阅 ${template}${left ? `（还剩 ${left} 次）` : ""}`;
    return act(label, "POST", `accounts/${at(client.key)}/consents`, { customer: person, template });
  }));
}

const SESSIONS = ["新会话", "机器人接待", "排队中", "人工接待", ""];

function serviceBox(service, person) {
  const session = service.customers.find((one) => one.customer === person);
  const room = `private/${service.key}/${person}`;
  const contact = async () => {
    go({ person, room });
    await enter({ partner: { kind: "service", key: service.key }, user: person });
  };
  const note = session?.state === 3 ? `${nameOf(session.servicer)} 接待中` : SESSIONS[session?.state ?? 4];
  return box("微信客服", row(service.name, note, button("", contact, "联系客服")));
}

function programBox(program, person) {
  const visitor = program.people.find((one) => one.customer === person);
  return box("小程序", consents(program, visitor, person));
}
