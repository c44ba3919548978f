// Everybody's mail and short messages, newest first.

import { el, momentOf, state } from "./base.js";
import { anchor, lines } from "./words.js";

export function mailPage() {
  return letters(state.mail, "还没有人收到邮件。", (mail) =>
    [el("h4", "", mail.subject), el("div", "letter-text", ...lines(mail.text))]);
}

export function smsPage() {
  return letters(state.sms, "还没有人收到短信。", (sms) => [el("div", "letter-text", ...lines(sms.text))]);
}

function letters(listed, otherwise, inner) {
  if (!listed.length) return [el("p", "nothing", otherwise)];
  return listed.toReversed().map((letter) => el("article", "letter",
    el("header", "", el("strong", "", letter.to), el("span", "", letter.from ?? letter.channel),
      letter.leave_url ? anchor("leave", letter.one_click ? "一键退订" : "退订", letter.leave_url) : null,
      el("time", "", momentOf(new Date(letter.at)))), ...inner(letter)));
}
