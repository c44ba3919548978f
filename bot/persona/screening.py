"""What may not leave the house: the brand's blocked words, in whatever width and spacing."""

from bot.settings.schema.persona import PersonaFile
from bot.settings.wording import find_words


def find_blocked(text: str, persona: PersonaFile) -> str:
    """The first word that keeps ``text`` in; empty when it may go."""
    words = (*persona.screening.blocked, *persona.tone.banned)
    found = next(find_words(text, words, persona.screening.allowed), None)
    return "" if found is None else found[0]
