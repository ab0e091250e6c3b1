import { assert, describe, it } from "@effect/vitest"
import { X509Certificate } from "node:crypto"
import { createSecureContext } from "node:tls"
import { makeCertificate } from "../../src/wire/Certificate.ts"

describe("makeCertificate", () => {
  it("is a valid certificate for loopback, signed by itself", () => {
    const { certificate, privateKey } = makeCertificate("test")
    const parsed = new X509Certificate(certificate)
    assert.strictEqual(parsed.subject, "CN=test")
    assert.strictEqual(parsed.checkIP("127.0.0.1"), "127.0.0.1")
    assert.strictEqual(parsed.checkHost("localhost"), "localhost")
    assert.strictEqual(parsed.checkHost("example.com"), undefined)
    assert.isTrue(parsed.ca)
    assert.isTrue(parsed.verify(parsed.publicKey))
    assert.doesNotThrow(() => createSecureContext({ cert: certificate, key: privateKey }))
  })

  it("is another one each time", () => {
    const numbers = Array.from(
      { length: 3 },
      () => new X509Certificate(makeCertificate("test").certificate).serialNumber
    )
    assert.strictEqual(new Set(numbers).size, 3)
  })
})
