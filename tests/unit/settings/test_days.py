"""What is checked of slots, node days, days off, and of the groups that they are for."""

import pytest

from bot.settings.schema.calendar import SALES_KEYS

from .good_config import Configuration

SECOND_SLOT = "at: 12:30\n    days: [mon]"
YEARLY = "month: 5\n    day: 21"
HOLIDAYS = "holidays:\n  off: [2027-02-05..2027-02-11]\n"


def only_problem(config: Configuration, mark: str) -> str:
    """What is wrong at ``mark`` of calendar.yaml, and nothing else is."""
    (problem,) = config.problems()
    place = f"{config.place('calendar.yaml', mark)}  "
    assert problem.startswith(place), problem
    return problem.removeprefix(place)


def rest_a_day(config: Configuration) -> None:
    """Let the two fission steps do for any number of slots."""
    for key in ("bring_a_friend", "ask_a_friend"):
        config.edit("calendar.yaml", f"key: {key}", f"key: {key}\n    rest_days: 1")


@pytest.mark.parametrize(
    ("new", "mark", "problem"),
    [
        (
            "at: 09:30\n    days: [workday]",
            "09:30",
            "slots[1].at  30 minutes from slots[0] on mon, wed  leave 90 minutes between slots",
        ),
        (
            "at: 12:30\n    days: [workday, monday]",
            "monday",
            "slots[1].days[1]  not one of the possible values  write one of mon, tue, wed, thu,",
        ),
        (
            "at: 12:30\n    days: [workday]\n    holidays: only",
            "only",
            "slots[1].holidays  only days off, and days has working days alone: it never runs",
        ),
        (
            "at: 12:30\n    days: [mon]\n    holidays: move",
            "move",
            "slots[1].holidays  not one of the possible values  write one of as_usual, skip, only,",
        ),
        (
            "at: 12:30\n    days: [mon]\n    groups: [tee]",
            "tee]",
            "slots[1].groups[0]  bot.yaml has no group with this key  write tea instead",
        ),
        (
            "at: 12:30\n    days: [mon]\n    rollout: tee",
            "tee",
            "slots[1].rollout  bot.yaml has no group with this key  write tea instead",
        ),
        (
            "at: 12:30\n    days: [mon]\n    rollout: 10",
            "10",
            "slots[1].rollout  wrong type: a whole number  write all, a share of the groups,",
        ),
        (
            "at: 12:30\n    days: [mon]\n    rollout: 101%",
            "101%",
            "slots[1].rollout  not accepted  write all, a share of the groups as 10%, or the key",
        ),
    ],
)
def test_a_mistake_in_a_slot_is_told_at_its_place(
    config: Configuration, new: str, mark: str, problem: str
) -> None:
    rest_a_day(config)
    config.edit("calendar.yaml", SECOND_SLOT, new)
    assert only_problem(config, mark).startswith(problem)


@pytest.mark.parametrize(
    "new",
    [
        "at: 09:30\n    days: [dayoff, sat]",  # the first is on Monday and Wednesday
        "at: 09:30\n    days: [mon, tue]\n    holidays: only",  # never on an ordinary Monday
        "at: 12:30\n    days: [mon, workday]\n    holidays: shift\n    rollout: 10%",
        "at: 12:30\n    days: [mon]\n    groups: [tea]\n    rollout: tea",
    ],
)
def test_slots_that_do_not_meet_are_fine(config: Configuration, new: str) -> None:
    rest_a_day(config)
    config.edit("calendar.yaml", SECOND_SLOT, new)
    assert len(config.settings().calendar.slots) == 2


def second_group(config: Configuration) -> None:
    """oolong, beside tea, with chats and a webhook of its own."""
    text = (config.directory / "bot.yaml").read_text(encoding="utf-8")
    group = text[text.index("  - key: tea") : text.index("operators:")]
    for old, new in (("key: tea", "key: oolong"), ("chat-1", "chat-2"), ("posts\n", "posts_2\n")):
        group = group.replace(old, new)
    config.edit("bot.yaml", "operators:", f"{group}operators:")
    webhook = "kind: group_webhook\n    webhook_key: ${WEBHOOK_KEY}\n"
    config.edit("bot.yaml", "groups:", f"  posts_2:\n    {webhook}groups:")


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        ("groups: [tea]", "groups: [oolong]", False),
        ("groups: [tea]", "rollout: oolong", False),
        ("groups: [tea]", "groups: [oolong, tea]", True),
        ("groups: [tea]", "rollout: 10%", True),
        ("rollout: all", "groups: [oolong]", True),
    ],
)
def test_slots_of_different_groups_do_not_meet(
    config: Configuration, first: str, second: str, meet: bool
) -> None:
    second_group(config)
    config.edit("calendar.yaml", "days: [mon, wed]", f"days: [mon, wed]\n    {first}")
    config.edit("calendar.yaml", SECOND_SLOT, f"at: 09:30\n    days: [mon]\n    {second}")
    if meet:
        assert only_problem(config, "09:30").startswith("slots[1].at  30 minutes from slots[0]")
    else:
        assert config.settings()


def test_a_rollout_to_a_group_that_is_not_meant_reaches_nobody(config: Configuration) -> None:
    second_group(config)
    config.edit(
        "calendar.yaml", SECOND_SLOT, f"{SECOND_SLOT}\n    groups: [tea]\n    rollout: oolong"
    )
    assert only_problem(config, "oolong") == (
        "slots[1].rollout  not among its groups: it reaches nobody  write one of all, tea"
    )


def test_groups_that_content_items_and_mixes_name_exist(config: Configuration) -> None:
    config.edit("content/story.md", "kind: story", "kind: story\nrollout: teas\ngroups: [te]")
    shares = "\n".join(
        f"      {name}: {{{', '.join(f'{key}: {100 // len(keys)}' for key in keys)}}}"
        for name, keys in {
            "pillars": ["brand", "product", "industry", "user"],
            "kinds": ["story", "activity", "product", "red_packet", "lesson"],
        }.items()
    )
    other = f"mix:\n  others:\n    - key: own\n      groups: [tee]\n{shares}\n"
    config.edit("calendar.yaml", "mix:\n", other)
    found = [line.split("  ", maxsplit=1)[1] for line in config.problems()]
    instead = "bot.yaml has no group with this key  write tea instead"
    assert found == [
        f"mix.others[0].groups[0]  {instead}",
        f"rollout  {instead}",
        f"groups[0]  {instead}",
    ]


def test_a_group_may_have_a_clock_of_its_own(config: Configuration) -> None:
    config.edit("bot.yaml", "owners: [owner_one]", "owners: [owner_one]\n    time_zone: Asia/Tokyo")
    settings = config.settings()
    (group,) = settings.bot.groups
    assert settings.zone_of(group).key == "Asia/Tokyo"
    assert settings.zone_of(group.model_copy(update={"time_zone": None})).key == "Asia/Shanghai"

    config.edit("bot.yaml", "Asia/Tokyo", "Asia/Pekin")
    (problem,) = config.problems()
    assert "groups[0].time_zone  not accepted  write an IANA time zone" in problem


@pytest.mark.parametrize(
    ("new", "mark", "problem"),
    [
        ("month: 5", "key: tea_day", "node_days[0].day  missing key for every: year  add day"),
        (
            "every: month\n    days: []",
            "days: []",
            "node_days[0].days  missing key for every: month  add days",
        ),
        (
            "every: month\n    days: [8]\n    month: 5",
            "month: 5",
            "node_days[0].month  not a key for every: month  remove it; the day is told by days",
        ),
        (
            f"{YEARLY}\n    days: [1]",
            "days: [1]",
            "node_days[0].days  not a key for every: year  remove it; the day is told by month",
        ),
        (
            "every: month\n    days: [8, 18, 8]",
            "8]",
            "node_days[0].days[2]  the day is named twice  remove one of the two",
        ),
        (
            "every: month\n    days: [8, 32]",
            "32]",
            "node_days[0].days[1]  out of range  write a whole number from 1 to 31",
        ),
        (
            "every: month\n    days: [8]\n    lunar: true",
            "true",
            "node_days[0].lunar  days of every month are counted in the solar calendar  remove it",
        ),
        (
            "every: week\n    days: [1]",
            "week\n    days: [1]",
            "node_days[0].every  not one of the possible values  write one of year, month",
        ),
        (
            "month: 5\n    day: 45",
            "45",
            "node_days[0].day  out of range  write a whole number from 1 to 31",
        ),
    ],
)
def test_a_mistake_in_a_node_day_is_told_at_its_place_and_once(
    config: Configuration, new: str, mark: str, problem: str
) -> None:
    config.edit("calendar.yaml", YEARLY, new)
    assert only_problem(config, mark).startswith(problem)


@pytest.mark.parametrize("key", SALES_KEYS)
def test_seasons_of_sales_may_be_written_anew(config: Configuration, key: str) -> None:
    config.edit("calendar.yaml", "key: tea_day", f"key: {key}")
    assert config.settings().calendar.node_days[0].key == key


@pytest.mark.parametrize(
    ("lines", "mark", "problem"),
    [
        (
            f"{HOLIDAYS}  work: [2027-02-11]\n",
            "2027-02-11]\nn",
            "holidays.work[0]  2027-02-11 is in holidays.off[0] as well  write each day once",
        ),
        (
            "holidays:\n  off: [2027-02-05..2027-02-11, 2027-02-08]\n",
            "2027-02-08",
            "holidays.off[1]  2027-02-08 is in holidays.off[0] as well  write each day once",
        ),
        (
            "holidays:\n  off: [2027-02-05..2028-02-11]\n",
            "2027-02-05",
            "holidays.off[0]  372 days in a row  write at most 15 days as one; look at the year",
        ),
        (
            "holidays:\n  off: [2027-02-30]\n",
            "2027-02-30",
            "holidays.off[0]  not accepted  write a day as 2027-01-01, or days as 2027-02-05..",
        ),
        (
            "holidays:\n  off: [2027-02-11..2027-02-05]\n",
            "2027-02-11",
            "holidays.off[0]  not accepted  write the earlier day first",
        ),
        (
            "holidays:\n  off: [5]\n",
            "5]",
            "holidays.off[0]  not accepted  write a day as 2027-01-01",
        ),
        (
            "holidays:\n  little_new_year: middle\n",
            "middle",
            "holidays.little_new_year  not one of the possible values  write one of north, south",
        ),
    ],
)
def test_a_mistake_in_the_days_off_is_told_at_its_place(
    config: Configuration, lines: str, mark: str, problem: str
) -> None:
    config.edit("calendar.yaml", "node_days:", f"{lines}node_days:")
    assert only_problem(config, mark).startswith(problem)


def test_days_off_are_written_as_days_and_as_spans(config: Configuration) -> None:
    config.edit("calendar.yaml", "node_days:", f"{HOLIDAYS}  work: [2027-02-14]\nnode_days:")
    holidays = config.settings().calendar.holidays
    assert [(str(days.first), str(days.last)) for days in (*holidays.off, *holidays.work)] == [
        ("2027-02-05", "2027-02-11"),
        ("2027-02-14", "2027-02-14"),
    ]
