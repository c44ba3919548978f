"""Where our own pages are: as bot.yaml says, in rehearsals in this process, or nowhere."""

from bot.settings.pages import Pages, find_pages
from tests.support.brand import Live, brand
from tests.support.events import GROUP
from tests.support.pages import PAGES, with_pages, without_pages

HERE = "http://127.0.0.1:8080"


def test_a_group_has_a_page_at_the_public_address() -> None:
    settings = with_pages(brand(), "https://pond.example.com")
    pages, group = Pages(Live(settings), HERE), settings.group(GROUP)

    assert group is not None
    assert pages.url(group) == "https://pond.example.com/m/hejian"
    assert pages.are_public
    assert find_pages(settings) == (PAGES, settings.bot.channels[PAGES])


def test_in_a_rehearsal_the_pages_are_in_this_process() -> None:
    settings = with_pages(brand())
    pages, group = Pages(Live(settings), HERE), settings.group(GROUP)

    assert group is not None
    assert pages.url(group) == f"{HERE}/m/hejian"
    assert not pages.are_public


def test_a_brand_without_pages_links_nowhere() -> None:
    settings = without_pages(brand())
    pages, group = Pages(Live(settings), HERE), settings.group(GROUP)

    assert group is not None
    assert (pages.base, pages.url(group)) == ("", "")
    assert not pages.are_public
    assert find_pages(settings) is None
