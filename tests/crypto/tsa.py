"""A time stamp authority of the tests' own: a root, an authority in between, a signer, all of them real keys.

`reply` answers as `openssl ts` does. What that refuses to make, `forged` makes: it signs any TSTInfo with
`openssl cms` under any certificate.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import tools

STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
POLICY = "1.3.6.1.4.1.55555.1"
SECONDS = 60
CONFIG = """[tsa]
default_tsa = here
[here]
serial = serial
digests = sha256, sha384, sha512
default_policy = {policy}
accuracy = secs:2, millisecs:500
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
signer_digest = sha256
"""


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def issue(
    name: str, issuer: Pair | None, *, ca: bool | None = False, usage: Any = None, critical: bool = True,
    start: int = -400, end: int = 4000, key: Any = None, serial: int | None = None, algorithm: Any = None,
) -> Pair:  # fmt: skip
    """A new certificate; `start` and `end` in days from now, `ca=None` without basic constraints."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC).replace(microsecond=0)
    made = x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
    made = made.issuer_name(subject if issuer is None else issuer.certificate.subject)
    made = made.serial_number(serial or x509.random_serial_number())
    made = made.not_valid_before(now + timedelta(start)).not_valid_after(now + timedelta(end))
    if ca is not None:
        made = made.add_extension(x509.BasicConstraints(ca, None), critical=True)
    if usage:
        made = made.add_extension(x509.ExtendedKeyUsage(usage), critical=critical)
    return Pair(made.sign((issuer or Pair(None, key)).key, algorithm or hashes.SHA256()), key)  # type: ignore[arg-type]


@dataclass
class Authority:
    """Root, authority in between, signer; `folder` is where openssl works."""

    folder: Path
    root: Pair = field(default_factory=lambda: issue("Test Root", None, ca=True))
    between: Pair = field(init=False)
    signer: Pair = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.between = issue("Test Time Authority", self.root, ca=True, usage=[STAMPING], critical=False)
        self.signer = issue("Test Time Stamps", self.between, usage=[STAMPING])

    @property
    def chain(self) -> bytes:
        """What an authority publishes: its certificates up to the root."""
        return self.between.pem + self.root.pem

    def reply(self, request: bytes, *, ess: str = "sha256") -> bytes:
        """The answer of `openssl ts`."""
        self._write(self.signer)
        (self.folder / "tsa.cnf").write_text(CONFIG.format(policy=POLICY, ess=ess))
        (self.folder / "serial").write_text("1000\n")
        (self.folder / "chain.pem").write_bytes(self.between.pem)
        (self.folder / "in.tsq").write_bytes(request)
        self._openssl(
            "ts", "-reply", "-config", "tsa.cnf", "-section", "here", "-queryfile", "in.tsq", "-signer", "signer.pem",
            "-inkey", "signer.key", "-chain", "chain.pem", "-out", "out.tsr",
        )  # fmt: skip
        return (self.folder / "out.tsr").read_bytes()

    def forged(
        self, info: bytes, *signers: Pair, md: str = "sha256", names_signer: bool = True,
        kind: str = "id-smime-ct-TSTInfo", extra: bytes = b"", certificates: bool = True, status: int = 0,
    ) -> bytes:  # fmt: skip
        """An answer over any TSTInfo, signed by any certificates."""
        (self.folder / "info.der").write_bytes(info)
        (self.folder / "extra.pem").write_bytes(extra or self.between.pem)
        words = ["cms", "-sign", "-binary", "-nodetach", "-in", "info.der", "-outform", "DER", "-out", "token.der",
                 "-md", md, "-econtent_type", kind, "-nosmimecap"]  # fmt: skip
        words += ["-cades"] if names_signer else []
        words += ["-certfile", "extra.pem"] if certificates else ["-nocerts"]
        for number, pair in enumerate(signers or (self.signer,)):
            self._write(pair, f"signer{number}")
            words += ["-signer", f"signer{number}.pem", "-inkey", f"signer{number}.key"]
        self._openssl(*words)
        return der(0x30, der(0x30, integer(status)), (self.folder / "token.der").read_bytes())

    def _write(self, pair: Pair, name: str = "signer") -> None:
        (self.folder / f"{name}.pem").write_bytes(pair.pem)
        secret = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / f"{name}.key").write_bytes(secret)

    def _openssl(self, *words: str) -> None:
        done = subprocess.run(
            [tools.program("openssl"), *words], cwd=self.folder, capture_output=True, timeout=SECONDS
        )
        assert done.returncode == 0, done.stderr.decode()


def der(tag: int, *parts: bytes) -> bytes:
    """One DER element."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def integer(value: int) -> bytes:
    """A DER INTEGER that is not negative."""
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


SHA256_ID = der(0x30, bytes.fromhex("0609608648016503040201"), b"\x05\x00")
SHA1_ID = der(0x30, bytes.fromhex("06052b0e03021a"), b"\x05\x00")


def tst_info(
    digest: bytes, nonce: int | None, *, moment: datetime | None = None, algorithm: bytes = SHA256_ID,
    accuracy: bytes = b"",
) -> bytes:  # fmt: skip
    """A TSTInfo for a digest."""
    stamp = (moment or datetime.now(UTC)).strftime("%Y%m%d%H%M%SZ").encode()
    parts = [
        integer(1), der(6, bytes.fromhex("2b0601040183b20301")),
        der(0x30, algorithm, der(4, digest)), integer(77), der(0x18, stamp), accuracy,
    ]  # fmt: skip
    return der(0x30, *parts, b"" if nonce is None else integer(nonce))
