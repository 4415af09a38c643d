// Encrypts and decrypts with the age author's TypeScript library. Reads one request from stdin, as JSON, and writes
// one answer to stdout:
//   {do: "keys", hybrid}                                        -> {identity, recipient}
//   {do: "encrypt", recipients | passphrase, plain, armor}      -> {file}
//   {do: "decrypt", identities | passphrase, file, armor}       -> {plain}
// Byte strings are base64.
import {
    armor, Decrypter, Encrypter, generateHybridIdentity, generateX25519Identity, identityToRecipient,
} from "age-encryption";
import { text } from "node:stream/consumers";

const LOW_WORK_FACTOR = 10;

async function keys({ hybrid }) {
    const identity = await (hybrid ? generateHybridIdentity() : generateX25519Identity());
    return { identity, recipient: await identityToRecipient(identity) };
}

async function encrypt({ recipients = [], passphrase, plain, armor: armored }) {
    const encrypter = new Encrypter();
    recipients.forEach((recipient) => encrypter.addRecipient(recipient));
    if (passphrase) {
        encrypter.setPassphrase(passphrase);
        encrypter.setScryptWorkFactor(LOW_WORK_FACTOR);
    }
    const file = await encrypter.encrypt(new Uint8Array(Buffer.from(plain, "base64")));
    return { file: Buffer.from(armored ? armor.encode(file) : file).toString("base64") };
}

async function decrypt({ identities = [], passphrase, file, armor: armored }) {
    const decrypter = new Decrypter();
    identities.forEach((identity) => decrypter.addIdentity(identity));
    if (passphrase) decrypter.addPassphrase(passphrase);
    const bytes = Buffer.from(file, "base64");
    const plain = await decrypter.decrypt(armored ? armor.decode(bytes.toString("latin1")) : new Uint8Array(bytes));
    return { plain: Buffer.from(plain).toString("base64") };
}

const request = JSON.parse(await text(process.stdin));
const answer = await { keys, encrypt, decrypt }[request.do](request);
process.stdout.write(JSON.stringify(answer));
