// Writes the vectors of the C2SP/CCTV age test kit to stdout, as JSON {name: base64}.
import * as vectors from "cctv-age";

const encoded = Object.entries(vectors).map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]);
process.stdout.write(JSON.stringify(Object.fromEntries(encoded)));
