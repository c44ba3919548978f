"""Where a member confirms a payout: a page whose address nobody can guess.

The address opens a page that shows the amount and hands the payer's package to WeChat, which asks
the payee himself. Whoever gets hold of it sees the amount and can take nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from bot.rewards.payout.payout import Payout

CLAIM_PATH: Final = "/pay/claim"
"""Below our address; the payout's number and its token follow."""

NOTICE_PATH: Final = "/pay/notify"
"""Below our address, where the payer tells us of an end."""


@dataclass(frozen=True, slots=True)
class ClaimLinks:
    """``base`` is our address without a slash at its end; ``secret`` is known to nobody else."""

    base: str
    secret: str

    def url(self, payout: Payout) -> str:
        """The page of a payout."""
        return f"{self.base}{CLAIM_PATH}/{payout.payout_id}/{self.token(payout)}"

    def token(self, payout: Payout) -> str:
        """What an address must have to open the page of a payout."""
        message = f"claim\0{payout.bill_no}".encode()
        return hmac.new(self.secret.encode(), message, hashlib.sha256).hexdigest()[:32]

    def opens(self, payout: Payout, token: str) -> bool:
        """Whether ``token`` is the payout's."""
        given = token.encode(errors="surrogatepass")
        return hmac.compare_digest(self.token(payout).encode(), given)
