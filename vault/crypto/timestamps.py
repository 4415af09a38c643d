"""RFC 3161 time stamps, offline: a request as bytes out, an answer as bytes in and verified.

The signature over a token and its chain are verified by OpenSSL, through `rfc3161_client`, for the time that the
token states, so that certificates may have ended since. What that leaves out is checked here with `cryptography`,
since an authority's answer reaches us on a stick that anybody may have held:

- The imprint is that of the request in algorithm and value, and the nonce is the request's.
- There is exactly one signer, one certificate that fits it, and the token's signed attributes name that certificate
  by its hash (RFC 5035, RFC 5816). OpenSSL's PKCS #7 reader compares neither.
- Only self-signed certificates that the caller gives are anchors. Those in the answer are used as links of the
  chain and are never trusted, also where they come as a second certificate with the signer's name.
- The signer's only purpose is time stamping, and marked critical; keys and hashes along the chain are strong enough.
  OpenSSL's store has no floor for either: MD5 and 512-bit RSA would pass.

Revocation can't be checked offline, and an authority can lie about the time; docs/audit-stamps.md says so.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from vault.crypto import timestamp_chain as chains
from vault.errors import Damaged, Forged, Usage

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

    from vault.crypto import timestamp_asn1

MAX_REQUEST = 4 * 1024
MAX_RESPONSE = 256 * 1024
MAX_CHAIN = chains.MAX_FILE
MAX_SUBJECT = 200
MAX_ACCURACY = 24 * 3600
_GRANTED = 0


@dataclass(frozen=True, slots=True)
class Stamped:
    """What a verified answer says. Times are UTC texts, fingerprints SHA-256 of a certificate in hex.

    `time` is when the authority says it saw the data, `latest` that with the accuracy it claims: the data existed by
    then. `signer` and `root` are the certificates that it signed with and that it leads to, `until` the end of the
    signer's.
    """

    time: str
    latest: str
    authority: str
    signer: str
    root: str
    serial: int
    policy: str
    until: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for, or an answer says it answers."""

    algorithm: str
    digest: bytes
    nonce: int | None


def request(data: bytes) -> bytes:
    """A request (DER) for a stamp on the SHA-256 of `data`, with a nonce, asking for the certificates too."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build().as_bytes()


def asked(untrusted_request: bytes) -> Asked:
    """What a request asks for. Raises Damaged."""
    with chains.hostile("a time stamp request is not valid"):
        from cryptography.hazmat import asn1

        from vault.crypto import timestamp_asn1 as shapes

        if len(untrusted_request) > MAX_REQUEST:
            raise Damaged("a time stamp request is larger than it may be")
        found = asn1.decode_der(shapes.Request, untrusted_request)
        return Asked(_oid(found.imprint.algorithm), bytes(found.imprint.digest), found.nonce)


def answered(untrusted_response: bytes) -> Asked:
    """Which request an answer claims to be for; nothing of it has been verified. Raises Damaged, Usage if refused."""
    info = _token(untrusted_response)[0].tst_info
    with chains.hostile("the answer is not a valid time stamp"):
        imprint = info.message_imprint
        return Asked(imprint.hash_algorithm.dotted_string, imprint.message, info.nonce)


def chain(untrusted_file: bytes) -> bytes:
    """The certificates of a file, PEM or one in DER, as PEM and nothing else. Raises Damaged, Usage."""
    from cryptography.hazmat.primitives.serialization import Encoding

    found = chains.read(untrusted_file)
    if not chains.roots(found):
        raise Usage(
            "the file of certificates holds no root",
            hint="Put the authority's own root certificate, which is signed by itself, into it as well.",
        )
    return b"".join(one.public_bytes(Encoding.PEM) for one in found)


def verify(
    untrusted_request: bytes,
    untrusted_response: bytes,
    untrusted_chain: bytes,
    data: bytes,
    trusted: Collection[str] = (),
) -> Stamped:
    """Check an answer to a request for a stamp on `data`.

    `untrusted_chain` are certificates, of which the self-signed ones are anchors; with `trusted`, only those whose
    fingerprint is in it. Raises Damaged if something can't be read, Forged if it does not fit or is not genuine,
    Usage if the authority refused or no anchor is there.
    """
    want = asked(untrusted_request)
    _check_data(want, data)
    given = chains.read(untrusted_chain)
    roots = [one for one in chains.roots(given) if not trusted or chains.fingerprint(one) in trusted]
    if not roots:
        raise Usage("none of the certificates is a root that is trusted here")
    response, token, ours = _token(untrusted_response)
    with chains.hostile("the answer is not a valid time stamp"):
        info = response.tst_info
        imprint = info.message_imprint
        got = Asked(imprint.hash_algorithm.dotted_string, imprint.message, info.nonce)
        if (got.algorithm, got.digest) != (want.algorithm, want.digest):
            raise Forged("the time stamp is for something else")
        if want.nonce is not None and got.nonce != want.nonce:
            raise Forged("the time stamp answers another request")
        signer = _signer(response, given, ours)
        _check_attributes(token, signer)
        chains.check_purpose(signer)
        path = chains.path(signer, [*given, *ours], roots, info.gen_time)
        _check_signature(response, path, want)
        return _stamped(response, path)


def _oid(algorithm: timestamp_asn1.Algorithm) -> str:
    from cryptography.x509 import ObjectIdentifier

    found: ObjectIdentifier = algorithm[0].parse(ObjectIdentifier)
    return found.dotted_string


def _hash(algorithm: timestamp_asn1.Algorithm) -> str:
    from vault.crypto import timestamp_asn1 as shapes

    name = shapes.HASHES.get(_oid(algorithm))
    if name is None:
        raise Forged("the time stamp uses a hash that is not strong enough")
    return name


def _check_data(want: Asked, data: bytes) -> None:
    from vault.crypto import timestamp_asn1 as shapes

    name = shapes.HASHES.get(want.algorithm)
    if name is None or not hmac.compare_digest(hashlib.new(name, data).digest(), want.digest):
        raise Forged("a time stamp request is for something else")


def _token(untrusted_response: bytes) -> tuple[TimeStampResponse, timestamp_asn1.SignedData, list[Certificate]]:
    """The answer as `rfc3161_client` reads it, what it signs as we read it, and its certificates."""
    if len(untrusted_response) > MAX_RESPONSE:
        raise Damaged("the answer of the time stamp authority is larger than it may be")
    with chains.hostile("this is no answer of a time stamp authority"):
        from cryptography.hazmat import asn1
        from cryptography.hazmat.primitives.serialization import Encoding
        from rfc3161_client import decode_timestamp_response

        from vault.crypto import timestamp_asn1 as shapes

        read = asn1.decode_der(shapes.Response, untrusted_response)
        if read.token is None or read.status.status != _GRANTED:
            raise Usage("the time stamp authority refused the request", hint="Ask again, or ask another one.")
        signed = read.token.content
        certificates = signed.certificates or []
        if len(certificates) > chains.MAX_CERTIFICATES:
            raise Damaged("the answer of the time stamp authority holds too many certificates")
        # A SET OF is sorted in DER, which many authorities don't do and `rfc3161_client` insists on. The order of the
        # certificates is under no signature, and sorting them changes no length.
        as_found = [one.public_bytes(Encoding.DER) for one in certificates]
        if untrusted_response.count(b"".join(as_found)) == 1:
            untrusted_response = untrusted_response.replace(b"".join(as_found), b"".join(sorted(as_found)))
        return decode_timestamp_response(untrusted_response), signed, certificates


def _signer(response: TimeStampResponse, given: list[Certificate], found: list[Certificate]) -> Certificate:
    """The one certificate that the token's one signer names by issuer and serial number."""
    signers = list(response.signed_data.signer_infos)
    if len(signers) != 1:
        raise Forged("the time stamp does not have exactly one signer")
    name, serial = signers[0].issuer, signers[0].serial_number
    fitting = {
        chains.fingerprint(one): one for one in (*given, *found) if one.serial_number == serial and one.issuer == name
    }
    if not fitting:
        raise Forged(
            "the certificate that the time stamp was signed with is missing",
            hint="Add the authority's certificate to the file that --tsa-cert names.",
        )
    if len(fitting) > 1:
        raise Forged("two certificates claim to have signed the time stamp")
    return next(iter(fitting.values()))


def _check_attributes(token: timestamp_asn1.SignedData, signer: Certificate) -> None:
    """The signed attributes say what the token is and, by its hash, which certificate signed it (RFC 3161, 2.4.2)."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import ObjectIdentifier

    from vault.crypto import timestamp_asn1 as shapes

    (info,) = token.signers.as_list()
    _hash(info.digest)
    attributes = [
        (one.kind.dotted_string, value)
        for one in (info.signed.as_list() if info.signed is not None else [])
        for value in one.values.as_list()
    ]
    kinds = [value.parse(ObjectIdentifier).dotted_string for kind, value in attributes if kind == shapes.CONTENT_TYPE]
    if [token.content.kind.dotted_string, *kinds] != [shapes.TST_INFO, shapes.TST_INFO]:
        raise Forged("what was signed is no time stamp")
    encoded = signer.public_bytes(Encoding.DER)
    named = [(kind, value) for kind, value in attributes if kind in shapes.SIGNING_CERTIFICATES]
    if not named:
        raise Forged("the time stamp does not say which certificate signed it")
    for kind, value in named:
        # The first one is the signer's, others may follow for its chain.
        first = value.parse(shapes.SigningCertificate).certificates[0]
        # RFC 3161 itself knew SHA-1 only. Here it stands beside the signatures of the chain.
        hash_name = shapes.SIGNING_CERTIFICATES[kind] if first.algorithm is None else _hash(first.algorithm)
        if not hmac.compare_digest(hashlib.new(hash_name, encoded, usedforsecurity=False).digest(), first.digest):
            raise Forged("the time stamp was signed with another certificate")


def _check_signature(response: TimeStampResponse, path: Sequence[Certificate], want: Asked) -> None:
    """The signature over the token, and the chain once more, by OpenSSL."""
    from rfc3161_client import VerificationError, VerifierBuilder

    # Every certificate here has been checked up to a root: those given to the library all go into its store.
    builder = VerifierBuilder(
        tsa_certificate=path[0], intermediates=list(path[1:-1]), roots=[path[-1]], nonce=want.nonce
    )
    try:
        builder.build().verify(response, want.digest)
    except VerificationError:
        raise Forged("the signature of the time stamp does not match") from None


def _stamped(response: TimeStampResponse, path: Sequence[Certificate]) -> Stamped:
    info = response.tst_info
    moment = info.gen_time.astimezone(UTC)
    # Its fraction of a second has been left out when it was read, hence the one.
    seconds = 1
    if info.accuracy is not None:
        seconds += min(info.accuracy.seconds or 0, MAX_ACCURACY)
        seconds += bool(info.accuracy.millis or info.accuracy.micros)
    latest = moment + timedelta(seconds=seconds)
    return Stamped(
        time=_text(moment),
        latest=_text(latest),
        authority=path[0].subject.rfc4514_string()[:MAX_SUBJECT],
        signer=chains.fingerprint(path[0]),
        root=chains.fingerprint(path[-1]),
        serial=info.serial_number,
        policy=info.policy.dotted_string,
        until=_text(path[0].not_valid_after_utc),
    )


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
