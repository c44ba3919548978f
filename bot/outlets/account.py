"""公众号: drafts of articles, one a week for each theme, from the items of that week.

A draft is for a person to edit, and says so on top. What it claims stands with its evidence below,
for the editor and not for readers. The HTML keeps to paragraphs, headings and quotes, which an
editor takes over when it is pasted; which further tags he keeps is not written down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from bot.outlets.fitting import Fitted, sentences_of, with_closing
from bot.outlets.weeks import Week, items_of, weeks_of
from bot.settings.policy import policy_of
from bot.settings.schema.outlets import AccountDrafts, Theme
from bot.settings.settings import Settings
from bot.wording.folding import fold
from bot.wording.marks import AD, is_marked_ad
from bot.wording.review import review
from bot.wording.rule import Origin


@dataclass(frozen=True, slots=True)
class Article:
    """A draft. ``notes`` are for the editor: what to look at, and where it comes from."""

    name: str
    title: str
    digest: str
    cover: str
    body: tuple[tuple[str, tuple[str, ...]], ...]
    """Headings, each with its paragraphs; the first and the last have none."""

    notice: str
    notes: tuple[str, ...]


def articles(settings: Settings, today: date, days: int) -> tuple[Article, ...]:
    """The drafts for ``days`` days from ``today`` on; none without a section or without items."""
    rules = settings.outlets.account
    if rules is None:
        return ()
    return tuple(
        _article(settings, rules, theme, week, found)
        for week in weeks_of(today, days)
        for theme in rules.themes
        if (found := items_of(settings, week, theme.pillar, rules.items))
    )


def as_html(article: Article) -> str:
    """The article for the account's editor."""
    lines = [f"<blockquote>{escape(article.notice)}</blockquote>"]
    for heading, paragraphs in article.body:
        if heading:
            lines.append(f"<h2>{escape(heading)}</h2>")
        lines += [f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs]
    return "\n".join([*lines, ""])


def as_markdown(article: Article) -> str:
    """The article with everything that the editor needs beside it."""
    lines = [f"# {article.title}", "", f"> {article.notice}", ""]
    lines += [f"- digest: {article.digest}", f"- cover: {article.cover}", ""]
    for heading, paragraphs in article.body:
        if heading:
            lines += [f"## {heading}", ""]
        for paragraph in paragraphs:
            lines += [paragraph, ""]
    lines += ["---", "", *(f"- {note}" for note in article.notes), ""]
    return "\n".join(lines)


def _article(
    settings: Settings, rules: AccountDrafts, theme: Theme, week: Week, found: Sequence[Fitted]
) -> Article:
    first = found[0].item.front
    mark = AD if any(is_marked_ad(fold(one.text)) for one in found) else ""
    title = _cut(f"{mark}{theme.name}：{first.title}", rules.title_characters)
    opening = sentences_of(_without_mark(found[0].text))[0]
    body = (
        ("", (theme.opening,)),
        *((one.item.front.title, tuple(one.text.split("\n"))) for one in found),
        ("", (theme.closing,)),
    )
    return Article(
        name=f"{week.first}-{theme.pillar}",
        title=title,
        digest=_cut(opening, rules.digest_characters),
        cover=_cover(found),
        body=body,
        notice=rules.notice,
        notes=tuple(_notes(settings, title, theme, found)),
    )


def _cover(found: Sequence[Fitted]) -> str:
    """A picture of one of the items, else what to look for."""
    pictures = [picture for one in found for picture in one.item.front.pictures]
    return pictures[0] if pictures else f"a picture for {found[0].item.front.title}"


def _notes(settings: Settings, title: str, theme: Theme, found: Sequence[Fitted]) -> list[str]:
    """Where each item comes from, and everything that the review of words would ask about."""
    notes = [f"{one.item.key}: {one.item.front.evidence or 'no evidence named'}" for one in found]
    texts = (title, theme.opening, theme.closing, *(one.text for one in found))
    notes += [
        f"look at {finding.what}: {finding.why}; {finding.instead}"
        for text in texts
        for finding in review(text, policy_of(settings), origin=Origin.POST)
    ]
    if not any(with_closing(one.text)[1] for one in found):
        notes.append("no question to readers: add one")
    return notes


def _without_mark(text: str) -> str:
    return text.removeprefix(AD)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
