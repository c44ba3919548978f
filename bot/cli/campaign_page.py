"""A campaign's dry run and review as a page: one file of HTML, which needs nothing but itself."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from html import escape

from bot.cli.campaign_tables import Table, rehearsal_tables, review_tables, verdict, when
from bot.core.money import Currency
from bot.reports.campaigns import Review
from bot.schedules.campaign_days import Occurrence, phase_name
from bot.schedules.costs import ceiling, yuan
from bot.schedules.node_days import node_days_on
from bot.schedules.rehearsal import Line, Rehearsal
from bot.settings.schema.base import Weekday
from bot.settings.settings import Settings

_WEEKDAYS = tuple(Weekday)

_STYLE = """
:root{--ink:#1f2a2e;--soft:#66757a;--line:#dfe6e4;--paper:#fbfaf6;--card:#fff;--rice:#c98b3a;
--good:#2f7d5b;--bad:#b3392f;--note:#8a6d1d;--story:#6d7fb3;--activity:#3f8f77;--product:#c0703c;
--red_packet:#b8433b;--lesson:#5a7f9f}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.55 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif}
main{max-width:1320px;margin:0 auto;padding:36px 28px 64px}
header{display:flex;flex-wrap:wrap;gap:8px 20px;align-items:baseline}
h1{margin:0;font-size:30px;letter-spacing:.02em}
h2{margin:38px 0 12px;font-size:17px}
header p{margin:0;color:var(--soft)}
.verdict{margin:18px 0 0;padding:12px 18px;border-left:5px solid var(--good);background:var(--card);
font-size:17px;border-radius:0 8px 8px 0}
.verdict.lost{border-color:var(--rice)}.verdict.stop{border-color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:14px;
margin:22px 0 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px}
.tile b{display:block;font-size:25px;line-height:1.25}.tile span{color:var(--soft);font-size:13px}
.bar{height:6px;border-radius:3px;background:var(--line);margin-top:9px;overflow:hidden}
.bar i{display:block;height:100%;background:var(--rice)}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:10px}
.time{display:grid;min-width:max-content}
.time>div{border-left:1px solid var(--line);padding:8px;min-width:80px}
.time>.day{border-bottom:1px solid var(--line);text-align:center;font-size:13px;color:var(--soft)}
.time>.day b{display:block;font-size:15px;color:var(--ink)}
.time>.t0{background:#fdf3e2}.time>.day.t0 b{color:var(--rice)}
.time>.solemn{background:repeating-linear-gradient(135deg,#eef0f0 0 6px,#f7f8f8 6px 12px)}
.time>.who{border-left:0;position:sticky;left:0;background:var(--card);font-weight:600;z-index:1}
.chip{border-left:4px solid;border-radius:4px;background:#f6f7f5;padding:4px 7px;margin-bottom:6px;
font-size:12.5px;line-height:1.35;max-width:150px}
.chip b{font-variant-numeric:tabular-nums}.chip em{font-style:normal;color:var(--rice)}
.chip.lost{border-color:var(--bad);background:#fbeeec}.chip.lost u{display:block;color:var(--bad);
text-decoration:none}.chip.lost s{color:var(--soft)}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:8px 12px;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:500}tr:last-child td{border-bottom:0}
td:first-child{white-space:nowrap}
.STOP td:first-child,.bad{color:var(--bad);font-weight:600}
.lost td:first-child{color:var(--bad)}.note td:first-child{color:var(--note)}
footer{margin-top:40px;color:var(--soft);font-size:13px}
@media print{main{padding:0}.scroll{overflow:visible}}
"""


def rehearsal_page(settings: Settings, found: Rehearsal, now: datetime) -> str:
    """A dry run as a page, with its days as a timeline."""
    mood = "stop" if not found.can_run else "lost" if found.lost else ""
    members = [one.members for one in found.reach if one.members is not None]
    tiles = (
        (str(len(found.lines) - len(found.lost)), f"posts of {len(found.lines)} will appear"),
        (str(len(found.reach)), "groups"),
        (str(sum(members)) if members else "unknown", "members now"),
        (yuan(ceiling(found.costs)), "yuan at most"),
        (f"{found.run.t0:%m-%d}", f"T0, {when(settings, found, now)}"),
    )
    body = [
        f'<p class="verdict {mood}">{escape(_sentence(verdict(found)))}</p>',
        _tiles(tiles),
        "<h2>Timeline</h2>",
        _timeline(settings, found),
        *map(_table, rehearsal_tables(found)),
    ]
    head = f"{found.run.key} · {found.campaign.type} · {found.run.first} to {found.run.last}"
    return _page(f"{found.campaign.name} · dry run", head, body, now)


def review_page(review: Review, now: datetime) -> str:
    """A review as a page."""
    budget = review.campaign.budget
    points = review.total(Currency.POINTS)
    tiles: list[tuple[str, str]] = [
        (f"{review.done} / {len(review.posts)}", "posts done"),
        (str(review.during.joins), f"joins in {review.during.days} days"),
        (str(review.during.speakers), "members who spoke"),
    ]
    if review.attendance:
        seats = review.attendance
        tiles.append((f"{seats.arrived} / {seats.seated}", "were there, of those with a seat"))
    bars = [(f"{points:,}", f"points of {budget.points:,}", _share(points, budget.points))]
    if budget.fen:
        fen = review.total(Currency.FEN)
        bars.append((yuan(fen), f"yuan of {yuan(budget.fen)}", _share(fen, budget.fen)))
    bars += [
        (f"{perk.taken} / {perk.quota}", perk.name, _share(perk.taken, perk.quota))
        for perk in review.perks
    ]
    body = [_tiles(tiles, bars), *map(_table, review_tables(review))]
    run = review.run
    head = f"{run.key} · {review.campaign.type} · {run.first} to {run.last}"
    return _page(f"{review.campaign.name} · review", head, body, now)


def _page(title: str, head: str, body: Iterable[str], now: datetime) -> str:
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f"<header><h1>{escape(title)}</h1><p>{escape(head)}</p></header>"
        f"{''.join(body)}<footer>As of {now:%Y-%m-%d %H:%M}</footer></main></body></html>\n"
    )


def _tiles(tiles: Iterable[tuple[str, str]], bars: Iterable[tuple[str, str, int]] = ()) -> str:
    plain = [_tile(figure, words, "") for figure, words in tiles]
    filled = [
        _tile(figure, words, f'<div class="bar"><i style="width:{percent}%"></i></div>')
        for figure, words, percent in bars
    ]
    return f'<div class="tiles">{"".join([*plain, *filled])}</div>'


def _tile(figure: str, words: str, bar: str) -> str:
    return f'<div class="tile"><b>{escape(figure)}</b><span>{escape(words)}</span>{bar}</div>'


def _share(part: int, whole: int) -> int:
    return min(100, 100 * part // whole) if whole else 0


def _timeline(settings: Settings, found: Rehearsal) -> str:
    days = list(_days(found.run))
    cells = ['<div class="who"></div>', *(_day(settings, found.run, day) for day in days)]
    for one in found.reach:
        cells.append(f'<div class="who">{escape(one.group.name)}</div>')
        for day in days:
            lines = [
                line
                for line in found.lines
                if line.group == one.group.key and line.at.date() == day
            ]
            chips = "".join(map(_chip, lines))
            cells.append(f'<div class="{_tone(settings, found.run, day)}">{chips}</div>')
    grid = f"grid-template-columns:auto repeat({len(days)},minmax(80px,auto))"
    return f'<div class="scroll"><div class="time" style="{grid}">{"".join(cells)}</div></div>'


def _days(run: Occurrence) -> Iterator[date]:
    day = run.first
    while day <= run.last:
        yield day
        day += timedelta(days=1)


def _day(settings: Settings, run: Occurrence, day: date) -> str:
    phase = min((day - run.t0).days, 0) + max((day - run.t0_last).days, 0)
    names = ", ".join(node.name for node in node_days_on(day, settings.calendar))
    tone = _tone(settings, run, day)
    return (
        f'<div class="day {tone}"><b>{phase_name(phase)}</b>{day:%m-%d}'
        f" {_WEEKDAYS[day.weekday()]}<br>{escape(names)}</div>"
    )


def _tone(settings: Settings, run: Occurrence, day: date) -> str:
    if any(node.solemn for node in node_days_on(day, settings.calendar)):
        return "solemn"
    return "t0" if run.t0 <= day <= run.t0_last else ""


def _chip(line: Line) -> str:
    title, at = escape(line.post.title), f"{line.at:%H:%M}"
    if line.lost:
        return f'<div class="chip lost"><b>{at}</b> <s>{title}</s><u>{escape(line.lost)}</u></div>'
    sale = " <em>promotion</em>" if line.post.promotion else ""
    waits = f"<br>waits for {escape(', '.join(line.waits_for))}" if line.waits_for else ""
    colour = f"border-color:var(--{line.post.kind})"
    return f'<div class="chip" style="{colour}"><b>{at}</b>{sale} {title}{waits}</div>'


def _table(table: Table) -> str:
    head, *rows = table.rows
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        f'<tr class="{escape(row[0].split(" ")[0])}">'
        + "".join(f"<td{_mood(cell)}>{escape(cell)}</td>" for cell in row)
        + "</tr>"
        for row in rows
    )
    return (
        f'<h2>{escape(table.heading)}</h2><div class="scroll"><table><thead><tr>{cells}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _mood(cell: str) -> str:
    return ' class="bad"' if cell.startswith(("LOST", "NOT DONE")) else ""


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
