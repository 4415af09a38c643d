"""The age v1 file format (C2SP age.md), complete for X25519, passphrases, the post-quantum hybrid, and armor.

A file is encrypted to recipients, and each of their identities opens it alone:

    identity = HybridIdentity.generate()          # keep identity.to_string() secret
    recipient = parse_recipient(identity.recipient().to_string())
    with open("plain", "rb") as source, open("sealed.age", "xb") as out:
        header_mac = encrypt(source, out, [recipient])
    with open("sealed.age", "rb") as source, open("copy", "xb") as out:
        decrypt(source, out, [identity])

`Encryptor` and `Decryptor` do the same in pieces, for callers that hash, count or pad on the way.

Which recipient
    X25519Recipient   "age1…". Every age program opens such files. For what never leaves the machine.
    HybridRecipient   "age1pq1…", ML-KEM-768 with X25519. For whatever leaves it: what is collected today may be
                      attacked with a quantum computer later. Needs age 1.3 or its like on the other side.
    ScryptRecipient   a passphrase, always alone in a file.
A file goes to recipients of one kind: a classic key beside a hybrid one would undo its protection.

What age gives: whoever reads a file to its end without an error has read exactly what was encrypted; nothing was
altered, reordered, cut off or added, armor included. What it doesn't give: the name of the sender (anyone who has
the public key, and nobody but who knows the passphrase, can make a file), or a hidden size.

Errors are those of vault/errors.py. WrongSecret: no identity matches. Damaged: the file is malformed or altered; the
message starts with the part at fault, "age header", "age header MAC", "age payload" or "age armor". Usage: a key's
text or a combination of recipients can't be right. OSError passes through. No message repeats a key, a passphrase
or bytes of a file.

Decryption releases no byte before its chunk is authenticated, but a file may be cut off after sound chunks: whoever
must not act on a part waits until the iteration has ended without an error.

Limits, all named constants: `header` bounds lines, stanzas and the header as a whole; `passphrase` bounds scrypt's
memory before it is taken. Memory is bounded whatever the size of a file: about 3 MiB, scrypt apart.

Not here: SSH keys, plugins, and the tagged recipients of hardware keys; their stanzas are passed over. Secrets stay
in Python objects until collected: Python can't promise to erase them.

The library `cryptography` is loaded at the first use of a key, and its HPKE with the first hybrid one.
"""

from vault.crypto.age.armor import ArmorReader, ArmorWriter
from vault.crypto.age.files import Decryptor, Encryptor, decrypt, encrypt
from vault.crypto.age.hybrid import HybridIdentity, HybridRecipient
from vault.crypto.age.keys import Identity, Recipient, parse_identity, parse_recipient, read_identity_file
from vault.crypto.age.passphrase import ScryptIdentity, ScryptRecipient
from vault.crypto.age.x25519 import X25519Identity, X25519Recipient

__all__ = [
    "ArmorReader",
    "ArmorWriter",
    "Decryptor",
    "Encryptor",
    "HybridIdentity",
    "HybridRecipient",
    "Identity",
    "Recipient",
    "ScryptIdentity",
    "ScryptRecipient",
    "X25519Identity",
    "X25519Recipient",
    "decrypt",
    "encrypt",
    "parse_identity",
    "parse_recipient",
    "read_identity_file",
]
