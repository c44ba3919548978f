"""Tencent's own JavaScript library reads what we encrypt, and we read what it encrypts.

The vectors were made by running @wecom/crypto 1.0.1: ``read_by_it`` holds what ``seal`` gave and
what the library read from it, ``made_by_it`` what the library encrypted with random bytes of its
own.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.channels.crypto import Envelope

VECTORS = json.loads((Path(__file__).parent / "javascript_vectors.json").read_text("utf-8"))


def envelope(vector: dict[str, Any]) -> Envelope:
    return Envelope(vector["token"], vector["encoding_aes_key"], vector["receive_id"])


@pytest.mark.parametrize("vector", VECTORS["made_by_it"], ids=lambda vector: str(vector["name"]))
def test_what_it_encrypted_is_opened_by_us(vector: dict[str, Any]) -> None:
    opened = envelope(vector).open(
        vector["signature"], vector["timestamp"], vector["nonce"], vector["ciphertext"]
    )

    assert opened == vector["message"]


@pytest.mark.parametrize("vector", VECTORS["read_by_it"], ids=lambda vector: str(vector["name"]))
def test_what_we_encrypt_is_what_it_has_read(vector: dict[str, Any]) -> None:
    sealed = envelope(vector).seal(
        vector["message"],
        timestamp=vector["timestamp"],
        nonce=vector["nonce"],
        random16=vector["random16"].encode(),
    )

    assert (sealed.ciphertext, sealed.signature) == (vector["ciphertext"], vector["signature"])
    assert (vector["read_message"], vector["read_id"], vector["read_signature"]) == (
        *(vector["message"], vector["receive_id"], vector["signature"]),
    )
