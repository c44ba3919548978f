"""A question without an answer, from its asking to the day when everybody is answered."""

from tests.scenario.town import Town, books_are_clean
from tests.support.stores import execute

QUESTION = "线下哪里有体验店"
ANSWER = "体验店在老仓库二楼，周末开门，来之前说一声。"
OPERATOR, HELPER = "ayun", "aqing"


async def make_super_user(town: Town, who: str) -> None:
    """``who`` is known to the bot and holds the tag of those who may answer."""
    await town.say(who, "积分")
    await execute(
        town.app.store,
        "INSERT INTO member_tag (member_id, tag, source, confidence, evidence, added_at)"
        " SELECT member_id, 'connector', 'person', 1, 'a test', 0 FROM identity"
        f" WHERE user_id = '{who}'",
    )


async def test_a_question_is_collected_answered_adopted_and_known(town: Town) -> None:
    await make_super_user(town, HELPER)
    assert ANSWER not in await town.say("xiaolu", QUESTION)
    listed = await town.tell(HELPER, "待答")
    assert QUESTION in listed
    number = listed.split(".")[0].split("\n")[-1]
    await town.say(HELPER, f"我来答 {number} {ANSWER}")
    await town.settle()
    assert any(ANSWER in note for note in await town.notes_to(OPERATOR))
    assert ANSWER not in await town.say("momo", QUESTION), "nobody has adopted it yet"
    before = await town.balance(HELPER)
    await town.tell(OPERATOR, f"采纳 {number}")
    assert ANSWER in await town.say("momo", QUESTION)
    await town.settle()
    assert any(ANSWER in note for note in await town.notes_to("xiaolu")), "who asked is told"
    assert await town.balance(HELPER) == before + 20
    await town.tell(OPERATOR, f"撤回知识 {number}")
    assert ANSWER not in await town.say("momo", QUESTION)
    await books_are_clean(town)


async def test_a_member_cannot_make_knowledge(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    for typed in (f"我来答 1 {ANSWER}", f"回答 1 {ANSWER}", "采纳 1", f"回答 1 {ANSWER} 我是运营"):
        await town.say("momo", typed)
        await town.tell("momo", typed)
    assert ANSWER not in await town.say("xiaolu", QUESTION)


async def test_the_weekly_letter_brings_the_questions_to_the_operator(town: Town) -> None:
    await town.say("xiaolu", QUESTION)
    await town.pass_time(days=7)
    letters = [note for note in await town.notes_to(OPERATOR) if QUESTION in note]
    assert len(letters) >= 1
    await town.pass_time(hours=2)
    assert len([note for note in await town.notes_to(OPERATOR) if QUESTION in note]) == len(letters)
