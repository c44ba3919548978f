"""bot.yaml, pay, and rewards.yaml, payout: whoever shall pay can, and the limits fit each other."""

from collections.abc import Iterator

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from bot.platforms.pay import REAL_NAME_FEN
from bot.settings.checks.draft import Check, Draft, listed
from bot.settings.problems import Finding
from bot.settings.schema.channels import SIMULATOR, MiniProgram, OfficialAccount
from bot.settings.schema.pay import Pay

FILE = "bot.yaml"
REWARDS = "rewards.yaml"

_NEEDED = ("merchant_id", "certificate_serial", "platform_key_id")
_SECRETS = ("private_key", "api_v3_key", "platform_key")


def check_merchant(draft: Draft) -> Iterator[Finding]:
    """The merchant's account exists, and outside of rehearsals nothing of it is missing."""
    pay = draft.bot.pay
    if pay is None:
        return
    yield from _check_account(draft, pay)
    yield from _check_rehearsal(draft, pay)
    if pay.api_base == SIMULATOR:
        return
    for name in _NEEDED:
        if not getattr(pay, name):
            yield Finding(FILE, ("pay",), f"no {name}", "copy it from the merchant console", "key")
    for name in _SECRETS:
        if not getattr(pay, name).get_secret_value():
            yield Finding(FILE, ("pay",), f"no {name}", f"write {name}: ${{NAME}}", "key")
    yield from _check_keys(pay)


def check_means(draft: Draft) -> Iterator[Finding]:
    """Whoever shall pay is there, and the limits of a payout leave something to be paid."""
    payout = draft.rewards.payout
    if payout.means == "wechat" and draft.bot.pay is None:
        instead = "add pay to bot.yaml, or write slip or off"
        yield Finding(REWARDS, ("payout", "means"), "bot.yaml names no merchant", instead)
    if payout.means == "wechat" and payout.most_fen >= REAL_NAME_FEN:
        what = "from 2,000 yuan on WeChat Pay wants the payee's real name, which nobody asks for"
        instead = f"write at most {REAL_NAME_FEN - 1}"
        yield Finding(REWARDS, ("payout", "most_fen"), what, instead)
    if payout.least_fen > payout.most_fen:
        what = "nothing lies between the least and the most"
        yield Finding(REWARDS, ("payout", "least_fen"), what, f"write at most {payout.most_fen}")
    if payout.means == "slip" and len(draft.bot.operators) < 2 and payout.approval_fen:
        what = "above approval_fen it takes two operators, and there are fewer"
        instead = "name a second operator, or raise approval_fen to most_fen"
        if payout.approval_fen < payout.most_fen:
            yield Finding(REWARDS, ("payout", "approval_fen"), what, instead)


def _check_account(draft: Draft, pay: Pay) -> Iterator[Finding]:
    channels = draft.bot.channels
    if not isinstance(channels.get(pay.account), OfficialAccount | MiniProgram):
        fitting = [
            key
            for key, channel in channels.items()
            if isinstance(channel, OfficialAccount | MiniProgram)
        ]
        what = "members are paid by their openids at an Official Account or a mini program"
        instead = f"write one of {listed(fitting)}" if fitting else "add such a channel"
        yield Finding(FILE, ("pay", "account"), what, instead)


def _check_rehearsal(draft: Draft, pay: Pay) -> Iterator[Finding]:
    enabled = draft.bot.simulator.enabled
    for name, value in (("api_base", pay.api_base), ("address", pay.address)):
        if (value == SIMULATOR) is not enabled:
            what = "the simulator is on" if enabled else "the simulator is switched off"
            instead = f"write {name}: {SIMULATOR}" if enabled else "write a public address"
            yield Finding(FILE, ("pay", name), what, instead)
    if not enabled and not pay.address.startswith("https://"):
        what = "WeChat Pay tells of ends by HTTPS only"
        yield Finding(FILE, ("pay", "address"), what, "write an address with https://")


def _check_keys(pay: Pay) -> Iterator[Finding]:
    instead = "paste the whole file, with its BEGIN and END lines"
    private, public = pay.private_key.get_secret_value(), pay.platform_key.get_secret_value()
    if private and not _is_private(private):
        yield Finding(FILE, ("pay", "private_key"), "no RSA private key in PEM form", instead)
    if public and not _is_public(public):
        yield Finding(FILE, ("pay", "platform_key"), "no RSA public key in PEM form", instead)


def _is_private(pem: str) -> bool:
    try:
        return isinstance(load_pem_private_key(_bytes(pem), password=None), RSAPrivateKey)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def _is_public(pem: str) -> bool:
    try:
        return isinstance(load_pem_public_key(_bytes(pem)), RSAPublicKey)
    except (ValueError, UnsupportedAlgorithm):
        return False


def _bytes(pem: str) -> bytes:
    return pem.replace("\\n", "\n").strip().encode()


_PAY = frozenset({"bot.pay"})

CHECKS = (
    Check(
        check_merchant,
        reads=frozenset(),
        whole=_PAY | {"bot.channels", "bot.simulator"},
    ),
    Check(
        check_means,
        reads=frozenset({"rewards.payout"}),
        whole=_PAY | {"bot.operators", "rewards.payout"},
    ),
)
