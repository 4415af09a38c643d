"""The shapes of RFC 3161, and what it takes from RFC 5652 and RFC 5035, for the strict DER reader of `cryptography`.

Only what `timestamps.py` looks at has names; the rest is read over. Importing this loads `cryptography`.
"""

from __future__ import annotations

from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1

Algorithm = list[asn1.TLV]
"""AlgorithmIdentifier: the identifier, and parameters of any kind or none."""

SHA256 = "2.16.840.1.101.3.4.2.1"
HASHES = {SHA256: "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512"}
"""What is strong enough for an imprint and for the digest under a token's signature."""
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
SIGNING_CERTIFICATES = {"1.2.840.113549.1.9.16.2.12": "sha1", "1.2.840.113549.1.9.16.2.47": "sha256"}
"""Attributes that name the signer's certificate, of RFC 3161 and of RFC 5816, and the hash they mean unless told."""


@asn1.sequence
class Imprint:
    """MessageImprint."""

    algorithm: Algorithm
    digest: bytes


@asn1.sequence
class Request:
    """TimeStampReq."""

    version: int
    imprint: Imprint
    policy: x509.ObjectIdentifier | None
    nonce: int | None
    certificates_wanted: Annotated[bool, asn1.Default(False)]
    extensions: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]


@asn1.sequence
class Attribute:
    """An attribute of a signer."""

    kind: x509.ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class SignerInfo:
    """SignerInfo."""

    version: int
    signer: asn1.TLV
    digest: Algorithm
    signed: Annotated[asn1.SetOf[Attribute] | None, asn1.Implicit(0)]
    algorithm: Algorithm
    signature: bytes
    unsigned: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]


@asn1.sequence
class Content:
    """EncapsulatedContentInfo."""

    kind: x509.ObjectIdentifier
    content: Annotated[bytes, asn1.Explicit(0)]


@asn1.sequence
class SignedData:
    """SignedData. Certificates are read as a list: many authorities don't sort them, as a SET OF asks."""

    version: int
    digests: asn1.SetOf[asn1.TLV]
    content: Content
    certificates: Annotated[list[x509.Certificate] | None, asn1.Implicit(0)]
    crls: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]
    signers: asn1.SetOf[SignerInfo]


@asn1.sequence
class Token:
    """ContentInfo."""

    kind: x509.ObjectIdentifier
    content: Annotated[SignedData, asn1.Explicit(0)]


@asn1.sequence
class Status:
    """PKIStatusInfo."""

    status: int
    text: list[asn1.TLV] | None
    failure: asn1.BitString | None


@asn1.sequence
class Response:
    """TimeStampResp."""

    status: Status
    token: Token | None


@asn1.sequence
class IssuerSerial:
    """IssuerSerial."""

    issuer: list[asn1.TLV]
    serial: int


@asn1.sequence
class CertificateId:
    """ESSCertID, and ESSCertIDv2, whose hash is SHA-256 if it names none."""

    algorithm: Algorithm | None
    digest: bytes
    issuer_serial: IssuerSerial | None


@asn1.sequence
class SigningCertificate:
    """SigningCertificate and SigningCertificateV2; the first one is the signer's."""

    certificates: list[CertificateId]
    policies: list[asn1.TLV] | None
