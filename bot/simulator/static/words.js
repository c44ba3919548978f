// Texts as nodes: addresses, mentions, the platform's Markdown. Nothing from people or bots ever
// becomes markup.

import { at, el, state } from "./base.js";
import { nameOf, roomInfo, speakerIn } from "./people.js";

const LINK = /(https?:\/\/[^\s<>"'，。；！？、（）]+)/;
const SPANS = /(\*\*[^*\n]+\*\*|`[^`\n]+`|\[[^\]\n]*\]\(https?:\/\/[^)\s]+\)|<@[^>\s]+>|<font color="(?:info|comment|warning)">.*?<\/font>)/;
const BLOCKS = [
  ["quote", /^\s*>+\s?(.*)$/],
  ["ul", /^\s*[-*+]\s+(.*)$/],
  ["ol", /^\s*\d+[.)]\s+(.*)$/],
  ["heading", /^\s*#{1,6}\s+(.*)$/],
];

export function plain(text) {
  const robot = roomInfo(state.room)?.group?.robot;
  return text.split(LINK).flatMap((part, index) => {
    if (index % 2) return link(part, part);
    if (!robot || !part.includes(`@${robot}`)) return [part];
    return part.split(`@${robot}`).flatMap((piece, place) =>
      (place ? [el("span", "at", `@${robot}`), piece] : [piece]));
  });
}

export function lines(text) {
  return text.split("\n").map((line) => el("p", "", ...plain(line), line ? "" : "\u00a0"));
}

// A link; one to our own pages can also be opened as whoever is looking at the chat.
export function link(label, address) {
  const node = anchor("", label, address);
  const page = ownPage(address);
  const reader = page ? speakerIn(roomInfo(state.room)) : "";
  return reader ? [node, openAs(reader, `以${nameOf(reader)}打开`, page)] : [node];
}

// Opens a page of ours in a browser that becomes this person's phone.
export function openAs(person, label, page) {
  const origin = page.origin ?? location.origin;
  return anchor("open-as", label, `${origin}/sim/as/${at(person)}?to=${at(page.path)}`);
}

export function anchor(className, label, address) {
  const node = el("a", className, label);
  node.href = address;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  return node;
}

function ownPage(address) {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const here = url.port === location.port && ["127.0.0.1", location.hostname].includes(url.hostname);
  return here && url.pathname.startsWith("/m/")
    ? { origin: url.origin, path: url.pathname + url.search } : null;
}

function spans(text) {
  return text.split(SPANS).flatMap((part, index) => {
    if (index % 2 === 0) return plain(part);
    if (part.startsWith("**")) return [el("strong", "", ...plain(part.slice(2, -2)))];
    if (part.startsWith("`")) return [el("code", "", part.slice(1, -1))];
    if (part.startsWith("<@")) return [el("span", "at", `@${nameOf(part.slice(2, -1))}`)];
    if (part.startsWith("<font")) {
      const [, colour, words] = part.match(/^<font color="(\w+)">(.*)<\/font>$/);
      return [el("span", colour, ...spans(words))];
    }
    const [, label, address] = part.match(/^\[([^\]]*)\]\((.*)\)$/);
    return link(label || address, address);
  });
}

export function markdown(text) {
  const blocks = [];
  for (const line of text.split("\n")) {
    const found = BLOCKS.find(([, pattern]) => pattern.test(line));
    const kind = found ? found[0] : "p";
    const words = found ? line.match(found[1])[1] : line;
    const last = blocks[blocks.length - 1];
    if (kind === "heading") blocks.push({ kind, lines: [words] });
    else if (kind === "p" && !words.trim()) blocks.push({ kind: "gap", lines: [] });
    else if (last && last.kind === kind) last.lines.push(words);
    else blocks.push({ kind, lines: [words], start: kind === "ol" ? parseInt(line, 10) : 1 });
  }
  return blocks.filter((block) => block.kind !== "gap").map(blockNode);
}

function blockNode(block) {
  if (block.kind === "ul" || block.kind === "ol") {
    const list = el(block.kind, "", ...block.lines.map((line) => el("li", "", ...spans(line))));
    if (block.kind === "ol") list.start = block.start;
    return list;
  }
  const tag = { quote: "blockquote", heading: "h4", p: "p" }[block.kind];
  const parts = block.lines.flatMap((line, index) => (index ? [el("br"), ...spans(line)] : spans(line)));
  return el(tag, "", ...parts);
}
