// Who is who, and which chats there are: all read from the state, nothing kept here.

import { state } from "./base.js";

export const ROLES = { owner: "群主", operator: "运营" };

// Names by id, of customers: people of WeChat, outside the company.
export function customers() {
  const all = new Map();
  for (const customer of state.contact?.customers ?? []) all.set(customer.id, customer.name);
  const listed = [
    ...state.accounts.flatMap((account) => [...account.followers, ...account.outsiders]),
    ...state.programs.flatMap((program) => program.people),
    ...state.services.flatMap((service) => service.customers),
  ];
  for (const person of listed) all.set(person.customer, person.name);
  return all;
}

// Names by id, of the company's people.
export function employees() {
  const outside = customers();
  const all = new Map();
  for (const group of state.groups) {
    for (const person of [...group.members, ...group.outsiders]) {
      if (!outside.has(person.user_id)) all.set(person.user_id, person.name);
    }
  }
  return all;
}

export const isCustomer = (userId) => customers().has(userId);
export const nameOf = (userId) => customers().get(userId) ?? employees().get(userId) ?? userId;

// The role that somebody has in any group.
export function roleOf(userId) {
  const roles = state.groups.flatMap((group) => group.members)
    .filter((member) => member.user_id === userId).map((member) => member.role);
  return ["owner", "operator"].find((role) => roles.includes(role)) ?? "";
}

export const roleIn = (group, userId) =>
  group.members.find((member) => member.user_id === userId)?.role ?? "";

// What only customer groups have; undefined for member groups.
export const customerGroup = (group) =>
  state.contact?.customer_groups.find((one) => one.id === group.id);

export const tasksOf = (person) =>
  (state.contact?.tasks ?? []).filter((task) => task.person === person);

export const momentsOf = (person) =>
  (state.contact?.moments ?? []).filter((moment) => moment.person === person);

export const openTasks = (person) => tasksOf(person).filter((task) => task.state === "open").length;

// ---- chats

const LOOKS = {
  app: "is-app", robot: "is-robot", service: "is-service", account: "is-account",
  program: "is-program",
};
export const KINDS = {
  app: "应用", robot: "机器人", service: "微信客服", account: "公众号", program: "小程序",
  employee: "员工",
};

function partnerOf(key) {
  const places = [
    ["app", state.apps], ["robot", state.robots], ["service", state.services],
    ["account", state.accounts], ["program", state.programs],
  ];
  for (const [kind, listed] of places) {
    const found = listed.find((one) => one.key === key);
    if (found) return { kind, key, name: found.name ?? KINDS[kind], look: LOOKS[kind] };
  }
  const name = employees().get(key);
  return name === undefined ? null : { kind: "employee", key, name, look: "" };
}

export function roomInfo(room) {
  const [place, first, ...rest] = (room || "").split("/");
  if (place === "group") {
    const id = [first, ...rest].join("/");
    const group = state.groups.find((one) => one.id === id);
    return group ? { kind: "group", group, chat: customerGroup(group) } : null;
  }
  const partner = place === "private" ? partnerOf(first) : null;
  return partner ? { kind: "private", partner, user: rest.join("/") } : null;
}

const room = (key, user) => `private/${key}/${user}`;

// The chats on somebody's phone: where they are, what they are, and with whom.
export function chatsOf(person) {
  return isCustomer(person) ? chatsOfCustomer(person) : chatsOfEmployee(person);
}

function chatsOfEmployee(person) {
  const alone = [
    ...state.apps.map((app) => ({ room: room(app.key, person), kind: KINDS.app, name: app.name })),
    ...state.robots.map((robot) =>
      ({ room: room(robot.key, person), kind: KINDS.robot, name: robot.name })),
  ];
  const served = state.services
    .filter((service) => service.servicers.some((one) => one.user_id === person))
    .flatMap((service) => service.customers
      .filter((one) => one.wrote_at && (!one.servicer || one.servicer === person))
      .map((one) => ({ room: room(service.key, one.customer), kind: KINDS.service, name: one.name })));
  const friends = (state.contact?.customers ?? [])
    .filter((customer) => customer.friends.some((tie) => tie.employee === person)
      || room(person, customer.id) in state.rooms)
    .map((customer) => ({ room: room(person, customer.id), kind: "客户", name: customer.name }));
  return [...alone, ...served, ...friends];
}

function chatsOfCustomer(person) {
  const known = state.contact?.customers.find((customer) => customer.id === person);
  const friends = new Set(known?.friends.map((tie) => tie.room));
  for (const key of Object.keys(state.rooms)) {
    const info = roomInfo(key);
    if (info?.partner?.kind === "employee" && info.user === person) friends.add(key);
  }
  const followed = state.accounts.filter((account) => room(account.key, person) in state.rooms
    || account.followers.some((one) => one.customer === person));
  const programs = state.programs.filter((program) => room(program.key, person) in state.rooms);
  return [
    ...[...friends].map((key) =>
      ({ room: key, kind: KINDS.employee, name: roomInfo(key)?.partner.name ?? key })),
    ...state.services.map((service) =>
      ({ room: room(service.key, person), kind: KINDS.service, name: service.name })),
    ...followed.map((account) =>
      ({ room: room(account.key, person), kind: KINDS.account, name: account.name })),
    ...programs.map((program) =>
      ({ room: room(program.key, person), kind: KINDS.program, name: "服务通知" })),
  ];
}

// Who is speaking: the chosen member of a group, or whoever holds the phone.
export function speakerIn(info) {
  if (!info) return "";
  if (info.kind === "private") return state.person || info.user;
  const members = info.group.members;
  const chosen = state.speaker[info.group.id];
  if (members.some((member) => member.user_id === chosen)) return chosen;
  const first = members.find((member) => isCustomer(member.user_id))
    ?? members.find((member) => member.role === "member") ?? members[0];
  return first ? first.user_id : "";
}
