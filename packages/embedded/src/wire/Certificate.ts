/**
 * A self-signed server certificate for loopback, made at the start and trusted by whoever reads the kubeconfig. kubectl sends a token
 * over TLS only, and Node has no maker of certificates. X.509 v3 (RFC 5280) in DER, signed with ECDSA P-256.
 */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto"

export interface Certificate {
  /** PEM; also the authority that clients trust. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly privateKey: string
}

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  time: 0x18,
  sequence: 0x30,
  set: 0x31
} as const

const lengthBytes = (length: number): ReadonlyArray<number> =>
  length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]

const der = (tag: number, ...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Uint8Array.from([tag, ...lengthBytes(content.length)]), content])
}

const bytes = (...values: ReadonlyArray<number>): Uint8Array => Uint8Array.from(values)
const sequence = (...parts: ReadonlyArray<Uint8Array>) => der(tags.sequence, ...parts)
const text = (value: string): Uint8Array => Buffer.from(value, "utf8")
const bitString = (content: Uint8Array, unused = 0) => der(tags.bits, bytes(unused), content)

const base128 = (value: number): ReadonlyArray<number> => {
  const digits = [value & 0x7f]
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}

const oid = (dotted: string): Uint8Array => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  return der(tags.oid, bytes(first * 40 + second, ...rest.flatMap(base128)))
}

const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"))

const name = (commonName: string): Uint8Array =>
  sequence(der(tags.set, sequence(oid("2.5.4.3"), der(tags.utf8, text(commonName)))))

/** The certificate ends with the process that made it, not with a date: clocks, real or of a test, do not matter. */
const validity = sequence(der(tags.time, text("20200101000000Z")), der(tags.time, text("21200101000000Z")))

const extension = (id: string, critical: boolean, value: Uint8Array): Uint8Array =>
  sequence(oid(id), ...(critical ? [der(tags.boolean, bytes(0xff))] : []), der(tags.octets, value))

const contextPrimitive = (tag: number) => 0x80 | tag
const contextConstructed = (tag: number) => 0xa0 | tag

const alternativeNames = sequence(
  der(contextPrimitive(2), text("localhost")),
  der(contextPrimitive(7), bytes(127, 0, 0, 1)),
  der(contextPrimitive(7), bytes(...Array.from({ length: 15 }, () => 0), 1))
)

const extensions = der(
  contextConstructed(3),
  sequence(
    extension("2.5.29.19", true, sequence(der(tags.boolean, bytes(0xff)))),
    // digitalSignature and keyCertSign
    extension("2.5.29.15", true, bitString(bytes(0x84), 2)),
    extension("2.5.29.37", false, sequence(oid("1.3.6.1.5.5.7.3.1"))),
    extension("2.5.29.17", false, alternativeNames)
  )
)

const pem = (label: string, content: Uint8Array): string => {
  const lines = Buffer.from(content).toString("base64").match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`
}

/** Another one at each call. */
export const makeCertificate = (commonName: string): Certificate => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const serial = der(tags.integer, bytes(0x01), randomBytes(15))
  const toBeSigned = sequence(
    der(contextConstructed(0), der(tags.integer, bytes(2))),
    serial,
    ecdsaWithSha256,
    name(commonName),
    validity,
    name(commonName),
    publicKey.export({ type: "spki", format: "der" }),
    extensions
  )
  const signature = sign("sha256", toBeSigned, privateKey)
  return {
    certificate: pem("CERTIFICATE", sequence(toBeSigned, ecdsaWithSha256, bitString(signature))),
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString()
  }
}
