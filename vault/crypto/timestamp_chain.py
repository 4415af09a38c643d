"""The certificates of a time stamp authority: read, and led to a root that the caller gives.

OpenSSL checks the chain once more with the signature (vault/crypto/timestamps.py): path lengths and name constraints
are left to it. What it takes and we don't: MD5 and SHA-1 under a certificate, short keys, an authority in between
whose certificates are for something else.
"""

from __future__ import annotations

import contextlib
import hashlib
import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from vault.errors import CasevaultError, Damaged, Forged

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MAX_FILE = 256 * 1024
MAX_CERTIFICATES = 32
"""In an answer, and in a file."""
MIN_RSA, MAX_RSA, MIN_CURVE = 2048, 16384, 256
_TOO_WEAK = ("md5", "sha1", "sha224", "sha3-224")
_PEM = b"-----BEGIN CERTIFICATE-----"


def fingerprint(certificate: Certificate) -> str:
    """SHA-256 of a certificate, in hex: what authorities publish of theirs."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


@contextlib.contextmanager
def hostile(message: str) -> Iterator[None]:
    """Whatever a parser raises about bytes of others becomes Damaged; our own errors pass."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (CasevaultError, MemoryError):
        raise
    except Exception:
        raise Damaged(message) from None
    except BaseException as error:
        # A panic in Rust is no Exception. Anything else here is the user's Ctrl-C.
        if type(error).__name__ != "PanicException":
            raise
        raise Damaged(message) from None


def read(untrusted_file: bytes) -> list[Certificate]:
    """The certificates of a file: many in PEM, or one in DER. Raises Damaged."""
    if len(untrusted_file) > MAX_FILE:
        raise Damaged("the file of certificates is larger than it may be")
    with hostile("the file of certificates is not valid"):
        from cryptography import x509

        count = untrusted_file.count(_PEM)
        if count > MAX_CERTIFICATES:
            raise Damaged("the file of certificates holds too many of them")
        if count:
            found = x509.load_pem_x509_certificates(untrusted_file)
        else:
            found = [x509.load_der_x509_certificate(untrusted_file)]
        # One that is cut off is passed over by the reader.
        if len(found) != max(count, 1):
            raise Damaged("the file of certificates is not whole")
        # The same one twice would stop the store from being made.
        return list({fingerprint(one): one for one in found}.values())


def roots(certificates: Sequence[Certificate]) -> list[Certificate]:
    """Those that are signed by themselves."""
    return [one for one in certificates if _issued(one, one)]


def _issued(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether `issuer` signed the certificate."""
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        certificate.verify_directly_issued_by(issuer)
        return True
    return False


def check_purpose(signer: Certificate) -> None:
    """Time stamping, critical, and nothing else (RFC 3161, 2.3). Raises Forged."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise Forged("the certificate that signed the time stamp is not for time stamps") from None
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise Forged("the certificate that signed the time stamp is not for time stamps")


def path(
    signer: Certificate, links: Sequence[Certificate], anchors: Sequence[Certificate], moment: datetime
) -> list[Certificate]:
    """The certificates from the signer to an anchor, every one valid at `moment` and strong enough. Raises Forged."""
    if not signer.not_valid_before_utc <= moment <= signer.not_valid_after_utc:
        raise Forged("the certificate that signed the time stamp was not valid at its time")
    if not _strong(signer):
        raise Forged("the key that signed the time stamp is not strong enough")
    ends = {fingerprint(one) for one in anchors}
    candidates = {fingerprint(one): one for one in (*anchors, *links)}
    # Each certificate is reached once at most, so that many with one name cost no more than their square.
    found = [[signer]]
    while found:
        reached = found.pop(0)
        if fingerprint(reached[-1]) in ends:
            return reached
        for name in [name for name, one in candidates.items() if _may_issue(one, reached[-1], moment, name in ends)]:
            found.append([*reached, candidates.pop(name)])
    raise Forged(
        "the time stamp does not lead to a root in the file of certificates",
        hint="Was this the authority that was asked? All certificates must have been valid at the stamp's time.",
    )


def _may_issue(issuer: Certificate, certificate: Certificate, moment: datetime, anchor: bool) -> bool:
    from cryptography import x509

    # Whatever can't be read in a certificate that an answer brought along only means that it is no link.
    with contextlib.suppress(Exception):
        used = certificate.signature_hash_algorithm
        return (
            issuer.subject == certificate.issuer
            and (used is None or used.name not in _TOO_WEAK)
            and issuer.not_valid_before_utc <= moment <= issuer.not_valid_after_utc
            and issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
            and (anchor or _for_time_stamps(issuer))
            and _strong(issuer)
            and _issued(certificate, issuer)
        )
    return False


def _for_time_stamps(issuer: Certificate) -> bool:
    """Whether an authority in between, where it is limited at all, may issue certificates for time stamps."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage = issuer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.TIME_STAMPING in usage or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usage


def _strong(certificate: Certificate) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

    key = certificate.public_key()
    return (
        (isinstance(key, rsa.RSAPublicKey) and MIN_RSA <= key.key_size <= MAX_RSA)
        or (isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= MIN_CURVE)
        or isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey)
    )
