"""The id by which WeChat knows one person across accounts, mini programs and companies.

It is derived, not drawn: everybody who derives it for the same person gets the same id.
"""

import base64
import hashlib


def union_id_of(user_id: str) -> str:
    """The unionid of the person whom the company calls ``user_id`` (an external user id)."""
    digest = hashlib.sha256(f"union/{user_id}".encode()).digest()
    return "o6" + base64.urlsafe_b64encode(digest).decode()[:26]
