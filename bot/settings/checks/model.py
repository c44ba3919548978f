"""bot.yaml, model: outside of rehearsals it is reached safely, and its key is there."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.settings.checks.draft import Check, Draft
from bot.settings.problems import Finding
from bot.settings.schema.channels import SIMULATOR

FILE = "bot.yaml"

_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


def check_model(draft: Draft) -> Iterator[Finding]:
    """The simulated model only in rehearsals; a key travels by HTTPS, or stays on this machine."""
    model = draft.bot.model
    if model is None:
        return
    place, key = ("model", "api_base"), model.key.get_secret_value()
    if model.api_base == SIMULATOR:
        if not draft.bot.simulator.enabled:
            instead = "write the address of an endpoint, https://…/v1"
            yield Finding(FILE, place, "the simulator is switched off", instead)
        return
    is_own = urlsplit(model.api_base).hostname in _OWN_MACHINE
    if model.api_base.startswith("http://") and key and not is_own:
        what = "the key and what members write would travel unencrypted"
        yield Finding(FILE, place, what, "write an address with https://")
    if model.api_base.startswith("https://") and not key:
        what = "no key"
        yield Finding(FILE, ("model",), what, "write key: ${NAME}", "key")
    if model.limits.member_turns_a_day > model.limits.group_turns_a_day:
        what = "one member may use more than his whole group"
        instead = f"write at most {model.limits.group_turns_a_day}"
        yield Finding(FILE, ("model", "limits", "member_turns_a_day"), what, instead)


CHECKS = (Check(check_model, reads=frozenset(), whole=frozenset({"bot.model", "bot.simulator"})),)
