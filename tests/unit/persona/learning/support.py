"""A store with three members, and words for what happens to questions."""

from datetime import date, datetime, timedelta

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.persona.learning.answering import apply_acts
from bot.persona.learning.learning import Learning
from bot.persona.learning.questions import Asked, Deed, DeedResult, Done, OfferedAnswer
from bot.store.db import Store
from bot.store.lane import Lane
from tests.support.events import GROUP, NOW
from tests.support.stores import execute

XIAOLU, AQING, AYUN = MemberId(1), MemberId(2), MemberId(3)
"""Two members; the third is an operator."""

BOTTLE = "面霜开封后能放多久"
BOTTLE_TOO = "面霜开封以后能放多久呀"
PARCEL = "发顺丰还是中通"


def asked(
    text: str,
    who: MemberId = XIAOLU,
    *,
    key: str = "",
    at: datetime = NOW,
    day: date | None = None,
    open_for: timedelta = timedelta(),
    most_open: int = 300,
) -> Asked:
    """A question that had no answer."""
    return Asked(
        key=EventKey(key or f"asked/{who}/{text}/{at}"),
        member_id=who,
        group_key=GroupKey(GROUP),
        text=text,
        at=at,
        on_date=day or at.date(),
        counts_at=at + open_for,
        likeness=0.55,
        most_open=most_open,
    )


class School:
    """Questions and answers on a real store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.learning = Learning(store)
        self._deeds: Lane[Deed, DeedResult] = store.lane("deeds", apply_acts)

    async def open(self) -> None:
        await execute(
            self.store, "INSERT INTO member (id, created_at) VALUES (1, 0), (2, 0), (3, 0)"
        )

    async def ask(self, text: str, who: MemberId = XIAOLU) -> int:
        """Ask in vain; returns the question's number."""
        number = await self.learning.collect(asked(text, who))
        assert number is not None
        return number

    async def do(self, deed: Deed) -> DeedResult:
        return await self._deeds.submit(deed)

    async def done(self, deed: Deed) -> OfferedAnswer:
        """Do what must succeed; returns the answer as it stands."""
        result = await self.do(deed)
        assert isinstance(result, Done)
        assert result.answer is not None
        return result.answer

    async def listed(self, at: datetime = NOW) -> list[tuple[str, int, int]]:
        """What 待答 would list: question, people, times."""
        found = await self.learning.read_open(at, 20)
        return [(one.text, one.people, one.times) for one in found]
