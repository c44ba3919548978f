"""Who would ask a language model, in tests without one."""

import random

from bot.core.clock import ManualClock
from bot.members.roster import Roster
from bot.persona.model.thinker import Thinker
from bot.settings.settings import HasSettings
from bot.store.db import Store

from .events import NOW


def silent_thinker(store: Store, live: HasSettings) -> Thinker:
    """There is no model: every question ends at once."""
    return Thinker(
        store,
        model=None,
        live=live,
        clock=ManualClock(NOW),
        rng=random.Random(1),
        roster=Roster(store),
    )
