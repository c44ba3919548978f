"""bot.yaml, model: a language model that is asked when nothing of ours knows the answer."""

from typing import Annotated

from pydantic import Field, SecretStr

from bot.settings.schema.base import Positive, Section, Words
from bot.settings.schema.channels import Address


class ModelLimits(Section):
    """How often the model is asked. All days are the community's."""

    member_turns_a_day: Positive = 20
    """Turns of one member in a day."""

    group_turns_a_day: Positive = 200
    """Turns of all members of a group together in a day."""

    tokens_a_day: Positive = 500_000
    """Tokens of the whole house in a day, as the endpoint counts them."""

    attacks_a_day: Positive = 3
    """After so many attempts to talk it round in a day the model hears a member no more for 24
    hours, and the operators are told."""


class Model(Section):
    """Any endpoint that speaks the OpenAI protocol. It has no authority: it gives words only."""

    api_base: Address
    """Address of the endpoint, up to and including /v1; the word simulator in rehearsals."""

    key: SecretStr = SecretStr("")
    """API key, as ${NAME}; a server of your own may need none."""

    name: Words
    """The model's name, as the endpoint calls it."""

    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 8.0
    """After so long a request is given up, however much has come by then."""

    most_tokens: Annotated[int, Field(strict=True, ge=100, le=4000)] = 600
    """Tokens of one answer at most."""

    json_mode: bool = True
    """Ask for JSON by response_format; false for endpoints that refuse that."""

    floor: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Least confidence of an answer, as the model puts it itself; below it nothing is said."""

    limits: ModelLimits = ModelLimits()
    """How often the model is asked."""

    keep_days: Annotated[int, Field(strict=True, ge=2, le=365)] = 30
    """How long the record of each turn is kept, to be looked at by `python -m bot model`."""
