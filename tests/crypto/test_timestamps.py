"""Time stamps: real answers good and bad, an authority of our own, and what the library itself would let through."""

from __future__ import annotations

import hashlib
import random
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import tsa
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

import tools
from vault.crypto import timestamp_asn1, timestamps
from vault.errors import CasevaultError, Damaged, Forged, Usage

DATA = b"casevault/0\n7\nroot\n"
HELLO = b"hello"
ARCHIVED = b"4b7b4e39f12b8c725e6e603e6d4422500316df94211070682ef10260ff5759ef"
CLIENT, ARCHIVER = "rfc3161-client/test/fixtures", "auto-archiver/tests/data/timestamping"
IDENTRUST = f"{CLIENT}/identrust/ts_chain.pem"
IDENTRUST_NAME = "CN=TrustID Timestamp Authority,O=IdenTrust,C=US"
OUR_TSA = "CN=Test TSA Timestamping,O=local"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def vectors(shared: Path) -> Path:
    return shared / "vectors"


def asking(answer: bytes, data: bytes, folder: Path) -> bytes:
    """A request that an answer of others may answer, by openssl: its hash, and no nonce, as we have not theirs."""
    (folder / "data").write_bytes(data)
    name = timestamp_asn1.HASHES[timestamps.answered(answer).algorithm]
    command = [tools.program("openssl"), "ts", "-query", "-data", "data", f"-{name}", "-no_nonce", "-out", "any.tsq"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return (folder / "any.tsq").read_bytes()


# ---- Real answers -----------------------------------------------------------------------------------------------


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    ("answer", "chain", "data", "authority", "moment"),
    [
        (f"{CLIENT}/identrust/issue-104.tsr", IDENTRUST, HELLO, IDENTRUST_NAME, "2025-03-11T08:52:08Z"),
        (f"{ARCHIVER}/rfc3161-client-issue-104.tsr", IDENTRUST, HELLO, IDENTRUST_NAME, "2025-03-11T08:52:08Z"),
        (f"{ARCHIVER}/valid_timestamp.tsr", IDENTRUST, ARCHIVED, IDENTRUST_NAME, "2025-03-11T10:43:58Z"),
        *(
            (f"{CLIENT}/sigstage/{name}.tsr", f"{CLIENT}/sigstage/ts_chain.pem", HELLO,
             "CN=sigstore-tsa,O=sigstore.dev", moment)
            for name, moment in (
                ("response-sha256", "2025-05-09T11:58:55Z"), ("response-sha384", "2025-05-09T11:58:55Z"),
                ("response-sha512", "2025-05-09T11:58:56Z"), ("response-no-embedded-cert", "2025-06-18T08:13:02Z"),
            )
        ),
        # Ended long ago, but valid when it stamped.
        (f"{CLIENT}/sigstore.mock/response-expired.tsr", f"{CLIENT}/sigstore.mock/ts_chain.pem", None,
         "O=sigstore.mock,CN=tsa signing", "2023-02-01T00:00:00Z"),
        (f"{CLIENT}/test_tsa/response.tsr", f"{CLIENT}/test_tsa/ts_chain.pem", HELLO, OUR_TSA,
         "2024-10-08T15:40:32Z"),
        # The certificates put into it, one of them with the name of the genuine one, change nothing.
        (f"{CLIENT}/test_tsa/response-injected-certs.tsr", f"{CLIENT}/test_tsa/ts_chain.pem", HELLO, OUR_TSA,
         "2024-10-08T15:40:32Z"),
    ],
)  # fmt: skip
def test_real_answers_verify(
    vectors: Path, tmp_path: Path, answer: str, chain: str, data: bytes | None, authority: str, moment: str
) -> None:
    body, certificates = (vectors / answer).read_bytes(), (vectors / chain).read_bytes()
    said = data or (vectors / f"{CLIENT}/sigstore.mock/payload").read_bytes()
    found = timestamps.verify(asking(body, said, tmp_path), body, timestamps.chain(certificates), said)
    assert (found.authority, found.time) == (authority, moment)
    assert found.latest > found.time
    with pytest.raises(Forged):
        timestamps.verify(asking(body, said, tmp_path), body, certificates, said + b" ")
    for trusted, accepted in (([found.root], True), ([found.signer], False), (["0" * 64], False)):
        if accepted:
            assert timestamps.verify(asking(body, said, tmp_path), body, certificates, said, trusted) == found
        else:
            with pytest.raises(Usage, match="trusted"):
                timestamps.verify(asking(body, said, tmp_path), body, certificates, said, trusted)


@pytest.mark.needs_shared
def test_the_injected_answer_names_the_genuine_certificate(vectors: Path, tmp_path: Path) -> None:
    chain = (vectors / f"{CLIENT}/test_tsa/ts_chain.pem").read_bytes()
    body = (vectors / f"{CLIENT}/test_tsa/response-injected-certs.tsr").read_bytes()
    genuine = (vectors / f"{CLIENT}/test_tsa/response.tsr").read_bytes()
    injected, clean = (timestamps.verify(asking(one, HELLO, tmp_path), one, chain, HELLO) for one in (body, genuine))
    assert injected == clean


@pytest.mark.needs_shared
def test_certificates_that_are_not_sorted(vectors: Path, tmp_path: Path) -> None:
    """DigiCert's answers, which the library can't read as they come, under the root that browsers have."""
    body = (vectors / f"{ARCHIVER}/digicert.tsr").read_bytes()
    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        decode_timestamp_response(body)
    bundle = Path(tools.library("pip._vendor.certifi").where()).read_text("utf-8")
    (chain,) = [one.encode() for one in bundle.split("# Issuer:") if "CN=DigiCert Trusted Root G4" in one[:200]]
    found = timestamps.verify(asking(body, ARCHIVED, tmp_path), body, chain, ARCHIVED)
    assert (found.authority, found.time) == (
        "CN=DigiCert Timestamp 2024,O=DigiCert,C=US",
        "2025-03-24T11:17:47Z",
    )


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    ("answer", "chain", "data", "error"),
    [
        ("response-invalid-signature.tsr", f"{CLIENT}/sigstage", HELLO, "signature of the time stamp does not match"),
        ("response-sha256.tsr", f"{CLIENT}/test_tsa", HELLO, "does not lead to a root"),
        ("response-no-embedded-cert.tsr", f"{CLIENT}/test_tsa", HELLO, "certificate .* is missing"),
        ("other_response.tsr", f"{CLIENT}/test_tsa", HELLO, "does not lead to a root"),
        ("self_signed.tsr", f"{CLIENT}/sigstage", ARCHIVED, "does not lead to a root"),
        ("digicert.tsr", f"{CLIENT}/identrust", ARCHIVED, "does not lead to a root"),
        ("valid_timestamp.tsr", f"{CLIENT}/sigstage", ARCHIVED, "does not lead to a root"),
    ],
)
def test_real_answers_that_are_not_for_us(
    vectors: Path, tmp_path: Path, answer: str, chain: str, data: bytes, error: str
) -> None:
    (path,) = list(vectors.rglob(answer))
    body = path.read_bytes()
    with pytest.raises(Forged, match=error):
        timestamps.verify(asking(body, data, tmp_path), body, (vectors / chain / "ts_chain.pem").read_bytes(), data)


@pytest.mark.needs_shared
def test_real_requests(vectors: Path) -> None:
    """A request and the answer to it belong together by the nonce, also where both are for the same data."""
    folder = vectors / CLIENT / "test_tsa"
    chain, answer = (folder / "ts_chain.pem").read_bytes(), (folder / "response.tsr").read_bytes()
    assert timestamps.verify((folder / "request.der").read_bytes(), answer, chain, HELLO).authority == OUR_TSA
    with pytest.raises(Forged, match="another request"):
        timestamps.verify((folder / "other_request.der").read_bytes(), answer, chain, HELLO)
    signer, _, root = x509.load_pem_x509_certificates(chain)
    library = VerifierBuilder(roots=[root], intermediates=[_], tsa_certificate=signer).build()
    assert library.verify_message(decode_timestamp_response(answer), HELLO), "the library asks for no nonce by itself"


@pytest.mark.needs_shared
def test_a_bare_token_is_no_answer(vectors: Path) -> None:
    body = (vectors / ARCHIVER / "timestamp_token_http-timestamp-identrust-com").read_bytes()
    with pytest.raises(Damaged, match="no answer"):
        timestamps.answered(body)


# ---- An authority of our own ------------------------------------------------------------------------------------


def info(request: bytes, **changes: Any) -> bytes:
    asked = timestamps.asked(request)
    return tsa.tst_info(asked.digest, asked.nonce, **changes)


@pytest.mark.parametrize("ess", ["sha1", "sha256", "sha512"])
def test_openssl_as_authority(authority: tsa.Authority, ess: str) -> None:
    request = timestamps.request(DATA)
    found = timestamps.verify(request, authority.reply(request, ess=ess), authority.chain, DATA)
    assert (found.authority, found.serial, found.policy) == ("CN=Test Time Stamps", 0x1001, tsa.POLICY)
    assert found.signer == hashlib.sha256(authority.signer.certificate.public_bytes(Encoding.DER)).hexdigest()
    assert found.root == hashlib.sha256(authority.root.certificate.public_bytes(Encoding.DER)).hexdigest()
    moment, latest = (datetime.fromisoformat(text) for text in (found.time, found.latest))
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 120
    assert (latest - moment).total_seconds() == 4, "2.5 s of accuracy, rounded up, and the fraction that was cut off"


def test_openssl_reads_our_request_and_agrees(authority: tsa.Authority, tmp_path: Path) -> None:
    request = timestamps.request(DATA)
    answer = authority.reply(request)
    for name, body in (("q", request), ("r", answer), ("root", authority.root.pem), ("chain", authority.chain)):
        (tmp_path / name).write_bytes(body)
    openssl = [tools.program("openssl"), "ts"]
    shown = subprocess.run([*openssl, "-query", "-in", tmp_path / "q", "-text"], capture_output=True, check=True)
    for words in (b"Hash Algorithm: sha256", b"Certificate required: yes", b"Nonce: 0x"):
        assert words in shown.stdout
    verified = subprocess.run(
        [*openssl, "-verify", "-queryfile", tmp_path / "q", "-in", tmp_path / "r", "-CAfile", tmp_path / "root",
         "-untrusted", tmp_path / "chain"], capture_output=True, check=False,
    )  # fmt: skip
    assert b"Verification: OK" in verified.stdout


def test_each_request_has_its_own_nonce() -> None:
    asked = [timestamps.asked(timestamps.request(DATA)) for _ in range(50)]
    assert {one.digest for one in asked} == {hashlib.sha256(DATA).digest()}
    assert len({one.nonce for one in asked}) == 50


@pytest.mark.parametrize("changed", ["data", "request", "digest", "nonce", "no nonce", "algorithm"])
def test_an_answer_to_something_else(authority: tsa.Authority, changed: str) -> None:
    request = timestamps.request(DATA)
    asked = timestamps.asked(request)
    assert asked.nonce is not None
    stamped = {
        "data": info(request),
        "request": info(timestamps.request(DATA)),
        "digest": tsa.tst_info(hashlib.sha256(b"other").digest(), asked.nonce),
        "nonce": tsa.tst_info(asked.digest, asked.nonce ^ 1),
        "no nonce": tsa.tst_info(asked.digest, None),
        "algorithm": tsa.tst_info(asked.digest, asked.nonce, algorithm=tsa.SHA1_ID),
    }[changed]
    answer = authority.forged(stamped)
    with pytest.raises(Forged, match=r"something else|another request"):
        timestamps.verify(request, answer, authority.chain, DATA if changed != "data" else b"other")
    assert timestamps.verify(request, authority.forged(info(request)), authority.chain, DATA).serial == 77


def refused(authority: tsa.Authority, signer: tsa.Pair, chain: bytes = b"", **how: Any) -> str:
    """Why an answer by this signer is not taken; the chain is that of the authority unless given."""
    request = timestamps.request(DATA)
    moment = how.pop("moment", None)
    answer = authority.forged(info(request, moment=moment), signer, **how)
    with pytest.raises(Forged) as caught:
        timestamps.verify(request, answer, chain or authority.chain, DATA)
    return caught.value.message


def library_takes(authority: tsa.Authority, signer: tsa.Pair, **how: Any) -> bool:
    """Whether the library alone would take the same answer."""
    answer = decode_timestamp_response(authority.forged(info(timestamps.request(DATA)), signer, **how))
    root, between = authority.root.certificate, authority.between.certificate
    try:
        return VerifierBuilder(roots=[root], intermediates=[between]).build().verify_message(answer, DATA)
    except VerificationError:
        return False


def test_validity_is_that_of_the_stamped_time(authority: tsa.Authority) -> None:
    """Certificates may have ended since; before and after their time nothing counts."""
    over = tsa.issue("Over", authority.between, usage=[tsa.STAMPING], end=-10)
    request = timestamps.request(DATA)
    then = datetime.now(UTC) - timedelta(20)
    found = timestamps.verify(request, authority.forged(info(request, moment=then), over), authority.chain, DATA)
    assert found.until < datetime.now(UTC).isoformat()
    assert "not valid at its time" in refused(authority, over)
    assert "not valid at its time" in refused(authority, over, moment=datetime.now(UTC) - timedelta(500))
    later = datetime.now(UTC) + timedelta(5000)
    assert "not valid at its time" in refused(authority, authority.signer, moment=later)


def test_an_authority_in_between_that_had_ended(authority: tsa.Authority) -> None:
    ended = tsa.issue("Ended", authority.root, ca=True, end=-10)
    signer = tsa.issue("Stamps", ended, usage=[tsa.STAMPING])
    assert "does not lead to a root" in refused(authority, signer, ended.pem + authority.root.pem)


@pytest.mark.parametrize(
    ("usage", "critical"),
    [
        (None, True),
        ([tsa.STAMPING], False),
        ([ExtendedKeyUsageOID.CODE_SIGNING], True),
        ([tsa.STAMPING, ExtendedKeyUsageOID.CODE_SIGNING], True),
        ([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE], True),
    ],
)
def test_the_purpose_must_be_time_stamps_alone(authority: tsa.Authority, usage: Any, critical: bool) -> None:
    signer = tsa.issue("Other purpose", authority.between, usage=usage, critical=critical)
    assert "not for time stamps" in refused(authority, signer)


@pytest.mark.parametrize(
    "between", [{"ca": False}, {"ca": None}, {"ca": True, "usage": [ExtendedKeyUsageOID.SERVER_AUTH]}]
)
def test_only_an_authority_may_issue(authority: tsa.Authority, between: Any) -> None:
    middle = tsa.issue("Middle", authority.root, **between)
    signer = tsa.issue("Stamps", middle, usage=[tsa.STAMPING])
    assert "does not lead to a root" in refused(authority, signer, middle.pem + authority.root.pem, extra=middle.pem)


def test_roots_in_an_answer_are_never_trusted(authority: tsa.Authority, tmp_path: Path) -> None:
    """Somebody with a root of the same name, who puts all their certificates into the answer."""
    other = tsa.Authority(tmp_path / "other")
    request = timestamps.request(DATA)
    answer = other.forged(info(request), extra=other.between.pem + other.root.pem)
    with pytest.raises(Forged, match="does not lead to a root"):
        timestamps.verify(request, answer, authority.chain, DATA)
    alone = tsa.issue("Alone", None, ca=None, usage=[tsa.STAMPING])
    assert "does not lead to a root" in refused(authority, alone)
    assert timestamps.verify(request, answer, other.chain, DATA).authority == "CN=Test Time Stamps"


def test_a_signer_that_is_its_own_root_counts_where_it_is_named(authority: tsa.Authority) -> None:
    alone = tsa.issue("Alone", None, ca=None, usage=[tsa.STAMPING])
    request = timestamps.request(DATA)
    found = timestamps.verify(request, authority.forged(info(request), alone), alone.pem, DATA)
    assert found.signer == found.root


def test_a_second_certificate_with_the_signers_number(authority: tsa.Authority) -> None:
    """The same name and serial number, made by somebody else: the library takes whichever it meets first."""
    serial = authority.signer.certificate.serial_number
    fake_issuer = tsa.Pair(authority.between.certificate, ec.generate_private_key(ec.SECP256R1()))
    twin = tsa.issue("Bank of Nowhere", fake_issuer, usage=[tsa.STAMPING], serial=serial)
    assert "two certificates" in refused(authority, authority.signer, extra=authority.between.pem + twin.pem)


def test_the_signed_attributes_name_the_certificate(authority: tsa.Authority) -> None:
    """One key, two certificates of one number: only the one that signed is the signer."""
    serial = authority.signer.certificate.serial_number
    twin = tsa.issue("Later", authority.between, usage=[tsa.STAMPING], serial=serial, key=authority.signer.key)
    chain = twin.pem + authority.chain
    assert "another certificate" in refused(authority, authority.signer, chain, certificates=False)
    assert "does not say which" in refused(authority, authority.signer, names_signer=False)
    assert library_takes(authority, authority.signer, names_signer=False)


def test_weak_hashes_and_keys(authority: tsa.Authority) -> None:
    assert "hash that is not strong" in refused(authority, authority.signer, md="sha1")
    assert library_takes(authority, authority.signer, md="sha1")
    short = tsa.issue("Short", authority.between, usage=[tsa.STAMPING], key=rsa.generate_private_key(65537, 1024))
    assert "key that signed the time stamp is not strong" in refused(authority, short)
    assert library_takes(authority, short)
    curve = tsa.issue("Curve", authority.between, usage=[tsa.STAMPING], key=ec.generate_private_key(ec.SECP224R1()))
    assert "not strong" in refused(authority, curve)
    middle = tsa.issue("Middle", authority.root, ca=True, key=rsa.generate_private_key(65537, 1024))
    signer = tsa.issue("Stamps", middle, usage=[tsa.STAMPING])
    assert "does not lead to a root" in refused(authority, signer, middle.pem + authority.root.pem)


def test_a_certificate_signed_with_sha1(authority: tsa.Authority) -> None:
    """Made by openssl, as `cryptography` makes none any more."""
    folder = authority.folder
    signer = tsa.issue("Old", None, usage=[tsa.STAMPING])
    (folder / "old.pem").write_bytes(signer.pem)
    authority._write(authority.between, "between")
    authority._openssl(
        "x509", "-in", "old.pem", "-CA", "between.pem", "-CAkey", "between.key", "-sha1", "-out", "sha1.pem", "-days",
        "300", "-set_serial", "99",
    )  # fmt: skip
    old = tsa.Pair(x509.load_pem_x509_certificate((folder / "sha1.pem").read_bytes()), signer.key)
    assert old.certificate.signature_hash_algorithm is not None
    assert old.certificate.signature_hash_algorithm.name == "sha1"
    assert old.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).critical
    assert "does not lead to a root" in refused(authority, old)
    assert library_takes(authority, old)


def test_one_signer_and_the_right_content(authority: tsa.Authority) -> None:
    second = tsa.issue("Second", authority.between, usage=[tsa.STAMPING])
    request = timestamps.request(DATA)
    for answer in (
        authority.forged(info(request), authority.signer, second),
        authority.forged(info(request), kind="pkcs7-data"),
    ):
        with pytest.raises((Forged, Damaged), match=r"one signer|not a valid time stamp"):
            timestamps.verify(request, answer, authority.chain, DATA)


@pytest.mark.parametrize("status", [1, 2, 3, 4, 5])
def test_a_refusal_is_told_as_one(authority: tsa.Authority, status: int) -> None:
    request = timestamps.request(DATA)
    alone = tsa.der(0x30, tsa.der(0x30, tsa.integer(status)))
    for answer in (alone, authority.forged(info(request), status=status)):
        with pytest.raises(Usage, match="refused the request"):
            timestamps.verify(request, answer, authority.chain, DATA)


def test_accuracy_without_end(authority: tsa.Authority) -> None:
    """A claim of years is no reason to fail, nor to overflow."""
    request = timestamps.request(DATA)
    answer = authority.forged(info(request, accuracy=tsa.der(0x30, tsa.integer(1 << 100))))
    found = timestamps.verify(request, answer, authority.chain, DATA)
    assert datetime.fromisoformat(found.latest) - datetime.fromisoformat(found.time) == timedelta(1, 1)


# ---- Files of certificates --------------------------------------------------------------------------------------


def test_certificates_are_tidied(authority: tsa.Authority) -> None:
    noise = b"Bag Attributes\n    friendlyName: somebody\n"
    text = noise + authority.chain + noise + authority.root.pem
    assert timestamps.chain(text) == authority.chain
    assert timestamps.chain(authority.root.certificate.public_bytes(Encoding.DER)) == authority.root.pem


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (lambda a: b"", Damaged),
        (lambda a: b"\x00" * 5000, Damaged),
        (lambda a: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", Damaged),
        (lambda a: a.chain[:-40], Damaged),
        (lambda a: a.root.pem * 33, Damaged),
        (lambda a: a.root.pem + b"x" * timestamps.MAX_CHAIN, Damaged),
        (lambda a: a.between.pem + a.signer.pem, Usage),
    ],
)
def test_files_that_hold_no_chain(
    authority: tsa.Authority, content: Callable[[tsa.Authority], bytes], kind: type[CasevaultError]
) -> None:
    with pytest.raises(kind):
        timestamps.chain(content(authority))


# ---- Hostile bytes ----------------------------------------------------------------------------------------------


def test_large_files_are_refused_before_they_are_read(authority: tsa.Authority) -> None:
    request = timestamps.request(DATA)
    answer = authority.reply(request)
    before = time.process_time()
    for body in (answer + b"\x00" * 10_000_000, tsa.der(0x30, b"\x30\x80" * 5_000_000)):
        with pytest.raises(Damaged, match="larger"):
            timestamps.verify(request, body, authority.chain, DATA)
        with pytest.raises(Damaged, match="larger"):
            timestamps.answered(body)
    with pytest.raises(Damaged, match="larger"):
        timestamps.asked(request + b"\x00" * 10_000_000)
    assert time.process_time() - before < 1


def test_broken_answers_never_raise_anything_else(
    authority: tsa.Authority, capfd: pytest.CaptureFixture[str]
) -> None:
    """Cut off anywhere, any byte changed: refused with an error of ours, or the change stands in no signed place."""
    request = timestamps.request(DATA)
    answer = authority.reply(request)
    whole = timestamps.verify(request, answer, authority.chain, DATA)
    chosen = random.Random(3161)
    for length in range(len(answer)):
        with pytest.raises((Damaged, Usage)):
            timestamps.verify(request, answer[:length], authority.chain, DATA)
    broken = []
    for _ in range(1500):
        one = bytearray(answer)
        for _ in range(chosen.choice((1, 1, 2, 8))):
            one[chosen.randrange(len(one))] = chosen.choice((0, 1, 0x7F, 0x80, 0xFF, chosen.randrange(256)))
        broken.append(bytes(one))
    taken = 0
    for one in broken:
        try:
            found = timestamps.verify(request, one, authority.chain, DATA)
        except (Damaged, Usage):
            continue
        taken += 1
        assert found == whole
    # About a tenth of the bytes are neither signed nor read, as the authority's certificates lie in the answer too.
    assert taken < len(broken) / 5
    assert capfd.readouterr().err == ""


def test_broken_chains_and_requests(authority: tsa.Authority, capfd: pytest.CaptureFixture[str]) -> None:
    request = timestamps.request(DATA)
    answer = authority.reply(request)
    whole = timestamps.verify(request, answer, authority.chain, DATA)
    root = authority.root.certificate.public_bytes(Encoding.DER)
    chosen = random.Random(3162)
    for _ in range(600):
        bodies = [bytearray(request), bytearray(root)]
        body = bodies[chosen.random() < 0.7]
        body[chosen.randrange(len(body))] = chosen.randrange(256)
        try:
            chain = authority.between.pem + _pem(bytes(bodies[1]))
            found = timestamps.verify(bytes(bodies[0]), answer, chain, DATA)
        except (Damaged, Usage):
            continue
        # What may change without harm: a byte that stayed, whether certificates were asked for, and how many bits
        # the root's own signature leaves unused, which gives it another fingerprint under the same key.
        assert replace(found, root=whole.root) == whole
        changed = x509.load_der_x509_certificate(bytes(bodies[1]))
        assert changed.tbs_certificate_bytes == authority.root.certificate.tbs_certificate_bytes
        assert timestamps.asked(bytes(bodies[0])) == timestamps.asked(request)
    assert capfd.readouterr().err == ""


def _pem(body: bytes) -> bytes:
    import base64

    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(body) + b"-----END CERTIFICATE-----\n"
