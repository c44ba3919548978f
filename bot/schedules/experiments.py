"""Which variant of an item a group is shown while an experiment runs.

Each group gets the two variants in pairs: of every two posts one has the one and one the other, in
an order that a hash decides. So both are posted equally often, in the same groups and at the same
times of the year, and nobody can choose which post gets which.
"""

import hashlib
from collections.abc import Iterable
from datetime import date

from bot.core.ids import GroupKey
from bot.settings.schema.experiments import Experiment


def running_experiment(
    experiments: Iterable[Experiment], item_key: str, on: date
) -> Experiment | None:
    """The experiment of an item on the local day ``on``, if there is one."""
    return next(
        (one for one in experiments if item_key in one.items and one.starts <= on <= one.ends), None
    )


def variant_for(experiment: Experiment, group_key: GroupKey, uses_so_far: int) -> str:
    """The variant of the group's next post.

    ``uses_so_far`` is how many posts of the experiment's items it has had since its first day.
    """
    pair, place = divmod(uses_so_far, len(experiment.variants))
    words = f"{experiment.key}\0{group_key}\0{pair}".encode()
    first = hashlib.sha256(words).digest()[0] % len(experiment.variants)
    return experiment.variants[(first + place) % len(experiment.variants)]
