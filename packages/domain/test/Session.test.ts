import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { sessionId } from "../src/Session.ts"

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const uid = fc.oneof(fc.uuid({ version: 4 }), fc.string({ unit: "binary" }))

describe("session ids", () => {
  it("are UUIDs, for every UID and version", () =>
    fc.assert(fc.property(uid, fc.maxSafeNat(), (uid, version) => assert.match(sessionId(uid, version), uuid))))

  it("are the same for whoever asks again", () =>
    fc.assert(fc.property(uid, fc.maxSafeNat(), (uid, version) => {
      assert.strictEqual(sessionId(uid, version), sessionId(uid, version))
      assert.strictEqual(sessionId(uid.toUpperCase(), version).length, 36)
    })))

  it("have the version mixed into the last 48 bits, and the UID's own bits before them", () =>
    fc.assert(fc.property(fc.uuid({ version: 4 }), fc.maxSafeInteger(), (uid, version) => {
      const tail = BigInt.asUintN(48, BigInt(`0x${uid.slice(24)}`) ^ BigInt(version)).toString(16).padStart(12, "0")
      const head = `${uid.slice(0, 14)}8${uid.slice(15, 23)}-`
      assert.strictEqual(sessionId(uid, version), head + tail)
      assert.strictEqual(sessionId(uid.replaceAll("-", "").toUpperCase(), version), head + tail)
    })))

  it("differ between the versions of one run", () =>
    fc.assert(fc.property(uid, fc.nat(), fc.nat(), (uid, left, right) => {
      fc.pre(left !== right)
      assert.notStrictEqual(sessionId(uid, left), sessionId(uid, right))
    })))

  it("differ between two runs of the same version", () =>
    fc.assert(fc.property(fc.uuid({ version: 4 }), fc.uuid({ version: 4 }), fc.nat(), (left, right, version) => {
      fc.pre(left !== right)
      assert.notStrictEqual(sessionId(left, version), sessionId(right, version))
    })))

  it("differ between runs whose UIDs differ in one digit", () => {
    const base = "3f9c2a1b-5d6e-4f70-8a9b-0c1d2e3f4a5b"
    const others = [...base].flatMap((digit, index) =>
      digit === "-" || index === 14 || index === 19
        ? []
        : [`${base.slice(0, index)}${digit === "0" ? "1" : "0"}${base.slice(index + 1)}`]
    ).concat(base.replace("-8a9b", "-9a9b"), base.replace("-8a9b", "-ba9b"))
    assert.lengthOf(new Set([base, ...others].map((uid) => sessionId(uid, 1))), others.length + 1)
  })
})
