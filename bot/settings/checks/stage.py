"""bot.yaml: the simulator's people and customers are named once, and whoever acts is known."""

from collections.abc import Iterator

from bot.settings.checks.draft import Check, Draft, repeated
from bot.settings.checks.wiring import FILE, check_named_once
from bot.settings.nearest import nearest
from bot.settings.problems import Finding, Path
from bot.settings.schema.channels import CustomerService

PEOPLE = "simulator.people"
EVERYBODY = "simulator.people or simulator.customers"


def check_people(draft: Draft) -> Iterator[Finding]:
    """People and customers are named once, and the groups hold only them."""
    simulator = draft.bot.simulator
    people = [person.user_id for person in simulator.people]
    customers = [customer.user_id for customer in simulator.customers]
    for key, users in (("people", people), ("customers", customers)):
        for index, first in repeated(users):
            what = f"the same user_id as simulator.{key}[{first}]"
            path: Path = ("simulator", key, index, "user_id")
            yield Finding(FILE, path, what, "give each person an own user_id")
    groups = (
        ("in_group", simulator.in_group, people, PEOPLE),
        ("in_customer_group", simulator.in_customer_group, people + customers, EVERYBODY),
    )
    for key, members, known, where in groups:
        yield from check_named_once(("simulator", key), members)
        yield from _check_among(("simulator", key), members, known, where)
    for index, customer in enumerate(simulator.customers):
        path = ("simulator", "customers", index, "friend_of")
        yield from _check_among(path, customer.friend_of, people, PEOPLE)


def check_staff(draft: Draft) -> Iterator[Finding]:
    """In a rehearsal, whoever acts for the brand is one of the simulator's people."""
    simulator = draft.bot.simulator
    if not simulator.enabled:
        return
    people = [person.user_id for person in simulator.people]
    for index, group in enumerate(draft.bot.groups):
        yield from _check_among(("groups", index, "owners"), group.owners, people, PEOPLE)
    yield from _check_among(("operators",), draft.bot.operators, people, PEOPLE)
    for key, channel in draft.bot.channels.items():
        if isinstance(channel, CustomerService):
            path: Path = ("channels", key, "servicers")
            yield from _check_among(path, channel.servicers, people, PEOPLE)


def _check_among(
    path: Path, users: tuple[str, ...], known: list[str], where: str
) -> Iterator[Finding]:
    for index, user in enumerate(users):
        if user not in known:
            what = f"nobody under {where} has this user_id"
            instead = nearest(user, known)
            if instead == "remove it":
                instead = "add the person there, or remove the user_id here"
            yield Finding(FILE, (*path, index), what, instead)


_SIMULATOR = frozenset({"bot.simulator"})

CHECKS = (
    Check(check_people, reads=frozenset(), whole=_SIMULATOR),
    Check(
        check_staff,
        reads=frozenset({"bot.groups", "bot.operators", "bot.channels"}),
        whole=_SIMULATOR,
    ),
)
