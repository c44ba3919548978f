"""Published samples, and equality with wechatpy for everything that XML can carry."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from bot.channels.api import wecom_api
from bot.channels.crypto import Envelope, check_plain
from bot.channels.media import MediaShelf
from bot.channels.wecom_app import WecomApp
from bot.channels.wecom_robot import WecomRobot
from bot.channels.xml import parse_xml, write_xml
from bot.core.clock import ManualClock
from bot.core.errors import BadPayload, BadSignature
from bot.core.ids import ChannelKey

from .support import AES_KEY, CORP_ID, NO_SESSION, NOW, TOKEN, callback_query, encrypt_padded

_FILE = Path(__file__).parent / "callback_vectors.json"
VECTORS: dict[str, dict[str, Any]] = {
    vector["id"]: vector for vector in json.loads(_FILE.read_text(encoding="utf-8"))["vectors"]
}
ENVELOPES = sorted(VECTORS.keys() - {"F1"})
XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n")
)
OURS = Envelope(TOKEN, AES_KEY, CORP_ID)
THEIRS = WeChatCrypto(TOKEN, AES_KEY, CORP_ID)


def envelope_of(vector: dict[str, Any]) -> Envelope:
    return Envelope(vector["token"], vector["encoding_aes_key"], vector["receive_id"])


def opened(vector: dict[str, Any], **changes: str) -> str:
    sent = {**vector, **changes}
    return envelope_of(vector).open(
        sent["msg_signature"], sent["timestamp"], sent["nonce"], sent["encrypt"]
    )


def open_padded(padded: bytes) -> str:
    """Open something that is genuinely signed, whatever is inside."""
    ciphertext = encrypt_padded(AES_KEY, padded)
    return OURS.open(OURS.sign("1", "n", ciphertext), "1", "n", ciphertext)


def test_the_vectors_are_all_here() -> None:
    assert ENVELOPES == ["A1", "A2", "A3", "B1", "B2", "B3", "C1", "C2", "C3", "D1", "E1", "E2"]


@pytest.mark.parametrize("name", ENVELOPES)
def test_a_published_ciphertext_opens_to_its_plaintext(name: str) -> None:
    assert opened(VECTORS[name]) == VECTORS[name]["plaintext"]


@pytest.mark.parametrize("name", ENVELOPES)
def test_sealing_with_the_published_random_bytes_gives_the_published_ciphertext(name: str) -> None:
    vector = VECTORS[name]
    sealed = envelope_of(vector).seal(
        vector["plaintext"],
        timestamp=vector["timestamp"],
        nonce=vector["nonce"],
        random16=vector["random16"].encode(),
    )
    assert (sealed.ciphertext, sealed.signature) == (vector["encrypt"], vector["msg_signature"])
    assert (sealed.timestamp, sealed.nonce) == (vector["timestamp"], vector["nonce"])


def test_the_plain_signature_of_accounts_is_taken_as_wechatpy_takes_it() -> None:
    vector = VECTORS["F1"]
    token, signature = vector["token"], vector["signature"]
    timestamp, nonce = vector["timestamp"], vector["nonce"]
    sent_at = datetime.fromtimestamp(int(timestamp), UTC)
    check_signature(token, signature, timestamp, nonce)
    check_plain(token, signature, timestamp, nonce, sent_at)
    with pytest.raises(BadSignature, match="signature"):
        check_plain(token, signature, timestamp, "another nonce", sent_at)
    with pytest.raises(BadSignature, match="old"):
        check_plain(token, signature, timestamp, nonce, sent_at + timedelta(seconds=601))


@given(XML_TEXT)
def test_wechatpy_reads_what_we_seal(text: str) -> None:
    sealed = OURS.seal(text, timestamp="1767225600", nonce="n-1")
    body = write_xml([("Encrypt", sealed.ciphertext)])
    assert THEIRS.decrypt_message(body, sealed.signature, "1767225600", "n-1") == text


@given(XML_TEXT)
def test_we_read_what_wechatpy_seals(text: str) -> None:
    body = parse_xml(THEIRS.encrypt_message(text, "n-1", "1767225600"))
    ciphertext, signature = body.value("Encrypt"), body.value("MsgSignature")
    assert OURS.open(signature, body.value("TimeStamp"), body.value("Nonce"), ciphertext) == text


@given(st.text(), st.text(), st.text(), st.text())
def test_any_request_that_nobody_signed_is_refused_as_not_the_platforms(
    signature: str, timestamp: str, nonce: str, ciphertext: str
) -> None:
    with pytest.raises(BadSignature):
        OURS.open(signature, timestamp, nonce, ciphertext)


@given(st.binary(max_size=200))
def test_any_signed_ciphertext_that_does_not_decrypt_is_refused_as_unreadable(raw: bytes) -> None:
    padded = raw + bytes(-len(raw) % 16)
    with pytest.raises((BadPayload, BadSignature)):
        open_padded(padded)


@pytest.mark.parametrize("position", [0, 20, 39])
def test_one_changed_digit_of_the_signature_is_refused(position: int) -> None:
    good = VECTORS["A2"]["msg_signature"]
    digit = "0" if good[position] != "0" else "1"
    with pytest.raises(BadSignature):
        opened(VECTORS["A2"], msg_signature=good[:position] + digit + good[position + 1 :])


def test_another_nonce_is_refused() -> None:
    with pytest.raises(BadSignature):
        opened(VECTORS["A2"], nonce=VECTORS["A1"]["nonce"])


def test_another_timestamp_is_refused() -> None:
    with pytest.raises(BadSignature):
        opened(VECTORS["A2"], timestamp=VECTORS["A1"]["timestamp"])


def test_a_good_signature_for_another_company_is_refused() -> None:
    vector = VECTORS["A2"]
    stranger = Envelope(vector["token"], vector["encoding_aes_key"], "wx0000000000000000")
    with pytest.raises(BadSignature, match="another company"):
        stranger.open(
            vector["msg_signature"], vector["timestamp"], vector["nonce"], vector["encrypt"]
        )


def test_a_robot_refuses_what_was_sealed_for_a_company() -> None:
    ciphertext = OURS.seal("4472398471", timestamp="1", nonce="n").ciphertext
    robot = Envelope(TOKEN, AES_KEY, "")
    with pytest.raises(BadSignature, match="another company"):
        robot.open(robot.sign("1", "n", ciphertext), "1", "n", ciphertext)


def test_the_signature_is_checked_before_anything_is_decrypted() -> None:
    with pytest.raises(BadSignature):
        opened(VECTORS["A2"], encrypt="not even Base64!")


@pytest.mark.parametrize("cut", [1, 3, 4, 60])
def test_truncated_base64_is_refused_although_it_is_signed(cut: int) -> None:
    ciphertext = VECTORS["A2"]["encrypt"][:-cut]
    envelope = envelope_of(VECTORS["A2"])
    with pytest.raises((BadPayload, BadSignature)) as refusal:
        envelope.open(envelope.sign("1", "n", ciphertext), "1", "n", ciphertext)
    if cut != 60:
        assert refusal.type is BadPayload


@pytest.mark.parametrize("ciphertext", ["", "AAAA", "AAAA AAAA", "中文", "\ud800"])
def test_a_signed_ciphertext_of_the_wrong_shape_is_unreadable(ciphertext: str) -> None:
    with pytest.raises(BadPayload):
        OURS.open(OURS.sign("1", "n", ciphertext), "1", "n", ciphertext)


HEADER = b"0123456789abcdef" + (2).to_bytes(4, "big") + b"hi" + CORP_ID.encode()  # 40 bytes


@pytest.mark.parametrize("pad", [0, 33, 255])
def test_a_pad_byte_outside_1_to_32_is_refused(pad: int) -> None:
    padded = HEADER + bytes(23) + bytes([pad])
    assert len(padded) % 32 == 0
    with pytest.raises(BadPayload, match="padding"):
        open_padded(padded)


@pytest.mark.parametrize("pad", [33, 48])
def test_padding_beyond_32_is_refused_even_when_every_byte_agrees(pad: int) -> None:
    message = b"x" * (96 - pad - 20 - len(CORP_ID))
    content = HEADER[:16] + len(message).to_bytes(4, "big") + message + CORP_ID.encode()
    assert len(content) + pad == 96
    with pytest.raises(BadPayload, match="padding"):
        open_padded(content + bytes([pad]) * pad)


def test_a_ciphertext_with_foreign_characters_is_refused_although_it_is_signed() -> None:
    ciphertext = "\n" + OURS.seal("hello", timestamp="1", nonce="n").ciphertext
    with pytest.raises(BadPayload, match="Base64"):
        OURS.open(OURS.sign("1", "n", ciphertext), "1", "n", ciphertext)


def test_padding_in_which_one_byte_differs_is_refused() -> None:
    assert open_padded(HEADER + bytes([24]) * 24) == "hi"
    with pytest.raises(BadPayload, match="padding"):
        open_padded(HEADER + bytes([24]) * 10 + bytes([23]) + bytes([24]) * 13)


def test_padding_longer_than_the_content_is_refused() -> None:
    with pytest.raises(BadPayload):
        open_padded(bytes([32]) * 16)
    with pytest.raises(BadPayload, match="header"):
        open_padded(bytes([32]) * 32)


def test_a_length_beyond_the_content_is_refused() -> None:
    content = b"0123456789abcdef" + (1000).to_bytes(4, "big") + b"hi" + CORP_ID.encode()
    with pytest.raises(BadPayload, match="shorter"):
        open_padded(content + bytes([24]) * 24)


def test_a_message_that_is_not_utf8_is_refused() -> None:
    content = b"0123456789abcdef" + (2).to_bytes(4, "big") + b"\xff\xfe" + CORP_ID.encode()
    with pytest.raises(BadPayload, match="UTF-8"):
        open_padded(content + bytes([24]) * 24)


def test_the_broken_json_of_a_published_sample_is_refused_by_the_parser_not_by_the_crypto() -> None:
    broken = opened(VECTORS["B3"])
    robot = WecomRobot(
        key=ChannelKey("robot"),
        name="小助手",
        token=TOKEN,
        encoding_aes_key=AES_KEY,
        session=NO_SESSION,
        clock=ManualClock(NOW),
    )
    query, ciphertext = callback_query(Envelope(TOKEN, AES_KEY, ""), broken)
    with pytest.raises(BadPayload, match="not JSON"):
        robot.read(query, json.dumps({"encrypt": ciphertext}).encode(), NOW)


def test_a_repeated_delivery_of_a_published_message_gives_the_same_event() -> None:
    vector = VECTORS["A2"]
    sent_at = datetime.fromtimestamp(int(vector["timestamp"]), UTC)
    clock = ManualClock(sent_at)
    app = WecomApp(
        key=ChannelKey("app"),
        corp_id=vector["receive_id"],
        agent_id=218,
        token=vector["token"],
        encoding_aes_key=vector["encoding_aes_key"],
        api=wecom_api(NO_SESSION, "", vector["receive_id"], "", clock),
        clock=clock,
        shelf=MediaShelf(Path(), clock),
        contact=None,
        services={},
    )
    query = {name: vector[name] for name in ("msg_signature", "timestamp", "nonce")}
    body = write_xml([("Encrypt", vector["encrypt"])]).encode()
    first = app.read(query, body, sent_at + timedelta(seconds=1))
    again = app.read(query, body, sent_at + timedelta(seconds=11))
    assert first == again
    assert [(event.key, event.text) for event in first.events] == [
        ("app/4561255354251345929", "hello")
    ]


@pytest.mark.parametrize("age_seconds", [-600, 0, 600])
def test_a_callback_within_the_window_is_fresh(age_seconds: int) -> None:
    sealed = OURS.seal("hello", timestamp=str(int(NOW.timestamp())), nonce="n")
    now = NOW + timedelta(seconds=age_seconds)
    got = OURS.open(sealed.signature, sealed.timestamp, sealed.nonce, sealed.ciphertext, now=now)
    assert got == "hello"


@pytest.mark.parametrize("age_seconds", [-601, 601])
def test_a_callback_outside_the_window_is_refused_unless_no_window_is_asked_for(
    age_seconds: int,
) -> None:
    sealed = OURS.seal("hello", timestamp=str(int(NOW.timestamp())), nonce="n")
    now = NOW + timedelta(seconds=age_seconds)
    sent = (sealed.signature, sealed.timestamp, sealed.nonce, sealed.ciphertext)
    with pytest.raises(BadSignature, match="clock"):
        OURS.open(*sent, now=now)
    assert OURS.open(*sent, now=now, window_seconds=None) == "hello"


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e9", "٣", "9" * 400])
def test_a_signed_timestamp_that_is_no_number_is_not_fresh(timestamp: str) -> None:
    sealed = OURS.seal("hello", timestamp=timestamp, nonce="n")
    with pytest.raises(BadSignature, match="number of seconds"):
        OURS.open(sealed.signature, timestamp, "n", sealed.ciphertext, now=NOW)


def test_a_key_with_spare_bits_in_its_last_character_is_accepted() -> None:
    spare = AES_KEY[:-1] + chr(ord(AES_KEY[-1]) + 1)  # C -> D: the same 32 bytes
    ciphertext = OURS.seal("hello", timestamp="1", nonce="n").ciphertext
    other = Envelope(TOKEN, spare, CORP_ID)
    assert other.open(other.sign("1", "n", ciphertext), "1", "n", ciphertext) == "hello"


@pytest.mark.parametrize("key", ["", AES_KEY[:-1], AES_KEY + "A", "-" * 43, "中" * 43])
def test_a_key_of_the_wrong_form_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(ValueError, match="43 letters") as refusal:
        Envelope(TOKEN, key, CORP_ID)
    assert not key or key not in str(refusal.value)


def test_sealing_twice_gives_different_ciphertexts() -> None:
    first, second = (OURS.seal("hello", timestamp="1", nonce="n") for _ in range(2))
    assert first.ciphertext != second.ciphertext


def test_sealing_takes_exactly_16_random_bytes() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        OURS.seal("hello", timestamp="1", nonce="n", random16=b"short")
