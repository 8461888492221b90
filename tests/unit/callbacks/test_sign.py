"""Signatures, checked with the public Standard Webhooks library, which is not ours."""

from __future__ import annotations

import json
import time
from base64 import b64decode, b64encode

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.callbacks.sign import headers, secret_for

MASTER = bytes(range(32))
BODY = json.dumps({"type": "request.approved", "data": {"title": "Zürich ✓"}}).encode()


def whsec(size: int) -> str:
    return "whsec_" + b64encode(bytes(size)).decode()


def test_the_public_library_accepts_what_is_signed():
    secret = secret_for(MASTER, "billing", 1)
    signed = headers("msg_1", int(time.time()), BODY, [secret])
    assert Webhook(secret).verify(BODY, signed)["type"] == "request.approved"


def test_the_public_library_refuses_a_changed_body():
    secret = secret_for(MASTER, "billing", 1)
    signed = headers("msg_1", int(time.time()), BODY, [secret])
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY.replace(b"approved", b"rejected"), signed)


def test_the_public_library_refuses_another_id():
    secret = secret_for(MASTER, "billing", 1)
    signed = headers("msg_1", int(time.time()), BODY, [secret]) | {"webhook-id": "msg_2"}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, signed)


def test_during_a_rotation_the_old_and_the_new_secret_both_verify():
    old, new = secret_for(MASTER, "billing", 1), secret_for(MASTER, "billing", 2)
    signed = headers("msg_1", int(time.time()), BODY, [new, old])
    assert Webhook(old).verify(BODY, signed) == Webhook(new).verify(BODY, signed)


def test_the_specification_s_example_gets_its_signature():
    secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    body = b'{"email":"test@example.com","username":"test_user"}'
    signed = headers("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1649367553, body, [secret])
    assert signed == {
        "webhook-id": "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        "webhook-timestamp": "1649367553",
        "webhook-signature": "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    }


def test_a_secret_is_32_bytes_and_always_the_same_for_a_client_and_generation():
    secret = secret_for(MASTER, "billing", 1)
    assert secret == secret_for(MASTER, "billing", 1)
    assert len(b64decode(secret.removeprefix("whsec_"))) == 32


def test_every_client_generation_and_master_has_a_secret_of_its_own():
    others = {
        secret_for(master, client, generation)
        for master in (MASTER, MASTER[::-1])
        for client in ("a", "1", "1\na", "a\n1", "", "ä")
        for generation in (1, 11, 2)
    }
    assert len(others) == 2 * 6 * 3


def test_a_short_master_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        secret_for(b"short", "billing", 1)


@pytest.mark.parametrize("size", [24, 32, 64])
def test_secrets_of_24_to_64_bytes_sign(size):
    signed = headers("msg_1", int(time.time()), BODY, [whsec(size)])
    Webhook(whsec(size)).verify(BODY, signed)


@pytest.mark.parametrize(
    "secret",
    [whsec(23), whsec(65), "whsec_", "whsec_*", "whsec_ä", "whsk_AAAA", "", whsec(24)[:-1]],
)
def test_any_other_secret_is_refused_and_not_repeated(secret):
    with pytest.raises(ValueError, match="callback secret") as refused:
        headers("msg_1", 0, BODY, [secret])
    assert len(secret) < 8 or secret[6:] not in str(refused.value)


@pytest.mark.parametrize("message_id", ["", "a.b", "a b", "a\r\nx: y", "ä", "x" * 129])
def test_an_id_that_would_make_the_signed_content_ambiguous_is_refused(message_id):
    with pytest.raises(ValueError, match="message id"):
        headers(message_id, 0, BODY, [whsec(32)])


def test_nothing_goes_out_unsigned():
    with pytest.raises(ValueError, match="at least one secret"):
        headers("msg_1", 0, BODY, [])
