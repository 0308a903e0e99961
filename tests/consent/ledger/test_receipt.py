"""Receipts: signed once, verifiable by anybody, changed by nobody."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.consent.ledger.receipt import ReceiptError, public_keys, sign, verify

NEW, OLD = "n" * 40, "o" * 40
CONTENT = {"receipt_id": "r1", "controller": "Exámple", "events": [{"sequence": 1}]}


def test_receipt_verifies_with_the_published_key() -> None:
    """What was signed comes back."""
    assert CONTENT == verify(sign(CONTENT, [NEW]), public_keys([NEW]))


def test_receipt_of_a_rotated_secret_verifies_while_it_is_listed() -> None:
    """The first secret signs, the keys of all are published."""
    receipt = sign(CONTENT, [OLD])
    assert CONTENT == verify(receipt, public_keys([NEW, OLD]))
    with pytest.raises(ReceiptError, match="not among"):
        verify(receipt, public_keys([NEW]))


def test_key_is_the_same_in_every_worker_and_is_no_secret() -> None:
    """Derived, not made; and only the public half is published."""
    assert public_keys([NEW]) == public_keys([NEW])
    (key,) = public_keys([NEW])["keys"]
    assert {"kty", "crv", "alg", "use", "kid", "x"} == set(key)


@given(st.data())
def test_changed_receipt_is_refused(data: st.DataObject) -> None:
    """Whatever character is changed to whatever else."""
    receipt = sign(CONTENT, [NEW])
    place = data.draw(st.integers(0, len(receipt) - 1))
    other = data.draw(st.characters(exclude_characters=receipt[place], max_codepoint=255))
    changed = receipt[:place] + other + receipt[place + 1 :]
    try:
        accepted = verify(changed, public_keys([NEW])) == CONTENT
    except ReceiptError:
        accepted = False
    # The last character of a signature holds bits that mean nothing.
    assert not accepted or place == len(receipt) - 1


def test_a_receipt_has_one_text_alone() -> None:
    """The letters of plain base64 are none of base64url, though Python reads them alike (RFC 7515 §2)."""
    signed = next(
        text for number in range(99) if "-" in (text := sign({**CONTENT, "n": number}, [NEW])).rpartition(".")[2]
    )
    head, _, signature = signed.rpartition(".")
    with pytest.raises(ReceiptError):
        verify(f"{head}.{signature.replace('-', '+')}", public_keys([NEW]))


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "é.é.é", "....", "eyJ9.e30.AA", "[" * 5000])
def test_what_is_no_receipt_is_refused(text: str) -> None:
    """With an error of ours, whatever it is."""
    with pytest.raises(ReceiptError):
        verify(text, public_keys([NEW]))


@pytest.mark.parametrize("keys", [{}, {"keys": 3}, {"keys": [{}]}, {"keys": [3]}])
def test_what_is_no_key_set_is_refused(keys: dict[str, object]) -> None:
    """Likewise."""
    with pytest.raises(ReceiptError):
        verify(sign(CONTENT, [NEW]), keys)


def test_signature_algorithm_is_not_taken_from_the_receipt() -> None:
    """A header that names another algorithm is refused, `none` above all."""
    header, payload, _ = sign(CONTENT, [NEW]).split(".")
    text = json.loads(base64.urlsafe_b64decode(header + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**text, "alg": "none"}).encode()).rstrip(b"=").decode()
    with pytest.raises(ReceiptError, match="Ed25519"):
        verify(f"{forged}.{payload}.", public_keys([NEW]))


def test_another_program_verifies_it(tmp_path: Path) -> None:
    """The recipe of docs/proof.md with OpenSSL, which knows nothing of consentkit."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine")
    text, _, signature = sign(CONTENT, [NEW]).rpartition(".")
    (key,) = public_keys([NEW])["keys"]
    (tmp_path / "signed").write_text(text)
    (tmp_path / "signature").write_bytes(base64.urlsafe_b64decode(signature + "=="))
    raw = bytes.fromhex("302a300506032b6570032100") + base64.urlsafe_b64decode(key["x"] + "=")
    (tmp_path / "key").write_bytes(raw)
    command = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-keyform", "DER", "-rawin", "-in", "signed"]
    done = subprocess.run([*command, "-sigfile", "signature"], cwd=tmp_path, capture_output=True, check=False)
    assert (0, b"Verified Successfully") == (done.returncode, b"Verified Successfully" * (b"Success" in done.stdout))
