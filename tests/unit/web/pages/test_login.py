"""Who a visitor is comes from the platform, by the browser that was sent there, once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from bot.core.errors import PersonUnreachable, PlatformBusy, PlatformError, TransportError
from bot.store.db import Store
from bot.web.pages.member_pages import LOGIN_LIFE, TICKET_LIFE
from bot.web.pages.tickets import Stamp, Ticket
from tests.support.brand import Live, brand
from tests.support.customers import POND
from tests.support.events import NOW, REALM, SECOND
from tests.support.pages import (
    CUSTOMER,
    LOGIN_ADDRESS,
    OWNER,
    SECRET,
    Browser,
    Town,
    open_town,
    with_pages,
)

PUBLIC = "https://pond.example.com"


@pytest.fixture
async def town(store: Store) -> AsyncIterator[Town]:
    async with open_town(store) as opened:
        yield opened


async def is_known(browser: Browser) -> bool:
    """Whether the browser is shown the page, and may act on it."""
    page = await browser.get(f"/m/{POND}")
    acted = await browser.act(text="积分")
    assert (page.status, acted.status) in {(200, 200), (302, 401)}
    return page.status == 200


async def test_a_stranger_is_sent_to_the_platform_with_a_state_of_his_own(town: Town) -> None:
    browser = await town.browser()
    answer = await browser.get(f"/m/{POND}")
    cookie = answer.cookies["pond_login"]

    assert answer.status == 302
    assert answer.location.startswith(f"{LOGIN_ADDRESS}?")
    assert answer.query["redirect_uri"] == f"{town.base}/m/{POND}/login"
    assert answer.query["state"] == cookie.value != ""
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert int(cookie["max-age"]) == LOGIN_LIFE.total_seconds()
    assert await (await town.browser()).begin() != cookie.value


async def test_who_comes_back_with_a_code_is_known_for_a_week(town: Town) -> None:
    browser = await town.browser()
    back = await browser.come_back(await browser.begin(), CUSTOMER)

    assert (back.status, back.location) == (302, f"{town.base}/m/{POND}")
    cookie = back.cookies["pond"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert int(cookie["max-age"]) == TICKET_LIFE.total_seconds()
    assert await is_known(browser)
    town.pipeline.clock.advance(TICKET_LIFE - SECOND)
    assert await is_known(browser)
    town.pipeline.clock.advance(2 * SECOND)
    assert not await is_known(browser)


async def test_in_public_cookies_travel_by_https_and_no_neighbour_can_plant_them(
    store: Store,
) -> None:
    async with open_town(store, live=Live(with_pages(brand(), PUBLIC))) as town:
        browser = await town.browser()
        sent = await browser.get(f"/m/{POND}")
        state = sent.cookies["__Host-pond_login"]
        assert sent.query["redirect_uri"] == f"{PUBLIC}/m/{POND}/login"
        browser.keep("__Host-pond_login", state.value)
        back = await browser.come_back(state.value, CUSTOMER)

        ticket, ended = back.cookies["__Host-pond"], back.cookies["__Host-pond_login"]
        assert back.location == f"{PUBLIC}/m/{POND}"
        for cookie in (state, ticket, ended):
            assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
        assert (ended.value, ended["max-age"]) == ("", "0")


async def test_a_state_is_good_for_one_login(town: Town) -> None:
    browser = await town.browser()
    state = await browser.begin()
    await browser.come_back(state, CUSTOMER)
    browser.keep("pond", "")
    again = await browser.come_back(state, CUSTOMER)

    assert again.status == 403
    assert len(town.login.asked) == 1


@pytest.mark.parametrize("state", ["", "0" * 32, "签到", "\N{SNOWMAN}"])
async def test_a_state_that_is_not_the_browsers_is_refused_unasked(town: Town, state: str) -> None:
    browser = await town.browser()
    await browser.begin()

    assert (await browser.come_back(state, CUSTOMER)).status == 403
    assert town.login.asked == []
    assert not await is_known(browser)


async def test_who_was_never_sent_to_the_platform_is_not_believed(town: Town) -> None:
    browser = await town.browser()
    town.login.people["c"] = OWNER

    for state in ({}, {"state": ""}, {"state": "x"}):
        assert (await browser.get(f"/m/{POND}/login", code="c", **state)).status == 403
    browser.keep("pond_login", "")
    assert (await browser.get(f"/m/{POND}/login", code="c", state="")).status == 403
    assert town.login.asked == []


async def test_nobody_is_logged_in_by_a_link_that_another_has_begun(town: Town) -> None:
    attacker, victim = await town.browser(), await town.browser()
    state = await attacker.begin()

    assert (await victim.come_back(state, "attacker")).status == 403
    await victim.begin()
    assert (await victim.come_back(state, "attacker")).status == 403
    assert town.login.asked == []
    assert not await is_known(victim)


async def test_a_way_back_without_a_code_is_refused_unasked(town: Town) -> None:
    browser = await town.browser()
    state = await browser.begin()

    assert (await browser.get(f"/m/{POND}/login", state=state)).status == 403
    assert town.login.asked == []


@pytest.mark.parametrize(
    ("trouble", "status", "words"),
    [
        (PersonUnreachable("nobody of ours", errcode=0), 403, "没有认出你来"),
        (PlatformBusy("busy", errcode=-1), 502, "再试一次"),
        (TransportError("silence", reached=True), 502, "再试一次"),
    ],
)
async def test_a_login_that_fails_ends_in_words_and_a_link(
    town: Town, trouble: PlatformError | TransportError, status: int, words: str
) -> None:
    town.login.trouble = trouble
    browser = await town.browser()
    answer = await browser.come_back(await browser.begin(), CUSTOMER)

    assert answer.status == status
    assert words in answer.text
    assert f'href="{town.base}/m/{POND}"' in answer.text
    assert "pond" not in answer.cookies
    assert not await is_known(browser)


async def test_a_used_code_makes_nobody_known(town: Town) -> None:
    first, second = await town.browser(), await town.browser()
    state = await second.begin()
    await first.log_in()
    answer = await second.get(f"/m/{POND}/login", code=town.login.asked[0], state=state)

    assert answer.status == 502
    assert not await is_known(second)


async def test_who_is_known_already_is_just_sent_on(town: Town) -> None:
    browser = await (await town.browser()).log_in()
    again = await browser.get(f"/m/{POND}/login", code="the same again", state="x")

    assert (again.status, again.location) == (302, f"{town.base}/m/{POND}")
    assert len(town.login.asked) == 1


async def test_addresses_in_a_request_send_nobody_anywhere(town: Town) -> None:
    browser = await town.browser()
    state = await browser.begin()
    town.login.people["c"] = CUSTOMER
    evil = dict.fromkeys(("next", "redirect_uri", "return_to", "url"), "https://evil.example")
    back = await browser.get(f"/m/{POND}/login", code="c", state=state, **evil)

    assert back.location == f"{town.base}/m/{POND}"
    assert "evil" not in (await raw(town, f"GET /m/{POND} HTTP/1.1", "Host: evil.example"))


async def test_a_ticket_of_another_realm_or_secret_or_of_nobody_is_refused(town: Town) -> None:
    ticket = Ticket(OWNER, NOW + TICKET_LIFE)
    browser = await town.browser()
    browser.keep("pond", Stamp(SECRET, REALM).write(ticket))
    assert await is_known(browser), "else the refusals below would prove nothing"

    forged = [
        Stamp(SECRET, "wx0000000000acct").write(ticket),
        Stamp(SECRET, "").write(ticket),
        Stamp("f" * 32, REALM).write(ticket),
        Stamp(SECRET, REALM).write(Ticket(OWNER, NOW)),
        Stamp(SECRET, REALM).write(ticket)[:-1],
        "tangyuan",
        ".",
    ]
    for text in forged:
        browser.keep("pond", text)
        assert not await is_known(browser), text


async def test_bytes_that_are_no_text_are_no_ticket(town: Town) -> None:
    for name in ("pond", "pond_login"):
        request = f"GET /m/{POND}/login?state=%FF&code=x HTTP/1.1"
        answer = await raw(town, request, f"Cookie: {name}=\udcff.\udcfe")
        assert answer.split("\r\n")[0].split()[1] == "403"


async def test_neither_people_nor_codes_nor_states_are_logged(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with capture_logs() as entries:
        browser = await town.browser()
        town.login.trouble = PlatformBusy("busy", errcode=-1)
        state = await browser.begin()
        await browser.come_back(state, CUSTOMER)
        town.login.trouble = None
        await browser.log_in()
        await browser.act(text="积分")

    assert [entry["event"] for entry in entries] == ["visitor not known"]
    said = f"{entries} {caplog.text}"
    for secret in (CUSTOMER, state, SECRET, *town.login.asked):
        assert secret not in said


async def raw(town: Town, request: str, *headers: str) -> str:
    """The head of the answer to a request that no honest client would make."""
    address = urlsplit(town.base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    lines = [request, "Connection: close", *headers]
    if not any(line.startswith("Host:") for line in lines):
        lines.append("Host: localhost")
    writer.write("\r\n".join([*lines, "", ""]).encode(errors="surrogateescape"))
    await writer.drain()
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    return answer
