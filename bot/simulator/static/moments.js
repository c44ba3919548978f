// Customers' Moments (客户朋友圈) on an employee's phone: customers see nothing before his tap.

import { at, button, call, el, momentOf, toast } from "./base.js";
import { mediaNode } from "./messages.js";
import { momentsOf } from "./people.js";
import { lines, link } from "./words.js";

const STATES = { open: "待发表", published: "已发表", cancelled: "已停止" };

export function momentNodes(person) {
  const moments = momentsOf(person).toReversed();
  return moments.length ? [el("h3", "", "企业朋友圈"), ...moments.map(momentNode)] : [];
}

function momentNode(moment) {
  const head = el("header", "", el("strong", "", "朋友圈任务"),
    el("time", "", `${momentOf(new Date(moment.created_at))} 派来`),
    el("span", `task-state ${moment.state}`, STATES[moment.state]));
  const node = el("article", `moment ${moment.state}`, head,
    moment.text ? el("div", "bubble", ...lines(moment.text)) : null,
    ...moment.attachments.map((attachment) => attachmentNode(attachment, moment.moment_id)));
  if (moment.state === "open") node.append(actsNode(moment));
  if (moment.published_at) node.append(el("p", "hint", seenWords(moment)));
  for (const { name, text } of moment.comments) node.append(el("p", "hint", `${name}：${text}`));
  return node;
}

function actsNode(moment) {
  const path = `people/${at(moment.person)}/moments/${at(moment.moment_id)}/publish`;
  const publish = button("send", async () => {
    const answer = await call("POST", path, {});
    if (answer) toast(`已发表，${answer.moment.seen_by.length} 位客户看得到`);
  }, "发表");
  publish.dataset.key = `${moment.moment_id}/publish`;
  return el("footer", "", publish);
}

function seenWords({ published_at: publishedAt, seen_by: seenBy, likes }) {
  const liked = likes.length ? `，${likes.join("、")} 点了赞` : "";
  return `${momentOf(new Date(publishedAt))} 发表，${seenBy.length} 位客户看得到${liked}`;
}

function attachmentNode({ msgtype, ...parts }, place) {
  const part = parts[msgtype];
  if (msgtype === "link") return el("div", "attached", ...link(part.title, part.url));
  return mediaNode({ kind: msgtype, id: part.media_id, name: "" }, place);
}
