import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { key, placeOf, startS3 } from "../../../../tools/agent/S3.ts"
import { listPage, serverWords } from "../../src/bucket/Answers.ts"
import { urlOf } from "../../src/bucket/Bucket.ts"
import { bucketSuite } from "./BucketSuite.ts"

describe("a bucket of the tests", () => {
  bucketSuite(Effect.map(startS3, (s3) => ({ place: placeOf(s3), key })))
})

describe("where an object is", () => {
  const place = { endpoint: "https://s3.example.test/base/", name: "b", region: "r", pathStyle: true }
  it.each([
    { given: place, want: "https://s3.example.test/base/b/ns/u/1/log.txt" },
    { given: { ...place, pathStyle: false }, want: "https://b.s3.example.test/base/ns/u/1/log.txt" },
    { given: { ...place, endpoint: "http://127.0.0.1:9000" }, want: "http://127.0.0.1:9000/b/ns/u/1/log.txt" }
  ])("is $want", ({ given, want }) => assert.strictEqual(urlOf(given, { key: "ns/u/1/log.txt" }), want))
})

describe("what a server says", () => {
  it.each<{ name: string; xml: string; want: ReturnType<typeof listPage> }>([
    { name: "nothing", xml: "", want: { items: [], next: undefined } },
    {
      name: "a page that is not the last",
      xml:
        "<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b</NextContinuationToken><Contents><Key>a%2Fb%20c</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>7</Size></Contents>",
      want: { items: [{ key: "a/b c", bytes: 7, modified: Date.UTC(2026, 0, 1) }], next: "a&b" }
    },
    {
      name: "what cannot be read",
      xml:
        "<Contents><Key>a%</Key><LastModified>2026-01-01T00:00:00Z</LastModified><Size>1</Size></Contents><Contents><Key>b</Key><Size>1</Size></Contents><Contents><Key>c",
      want: { items: [], next: undefined }
    }
  ])("in a list: $name", ({ want, xml }) => assert.deepStrictEqual(listPage(xml), want))

  it("when it says no", () => {
    assert.strictEqual(serverWords("<Error><Code>A</Code><Message>&lt;b&gt; &#65;</Message></Error>"), "A: <b> A")
    assert.strictEqual(serverWords("<html>bad gateway</html>"), "")
  })
})
