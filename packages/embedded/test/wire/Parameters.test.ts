import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { deleteOptions, listOptions, logOptions, watchOptions, writeOptions } from "../../src/wire/Parameters.ts"

const query = (text: string) => new URLSearchParams(text)

/** Without the options that are not set. */
const set = (options: object) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))

const reasonOf = <A>(result: Result.Result<A, { readonly _tag: string }>) =>
  Result.isFailure(result) ? result.failure._tag : undefined

describe("listOptions", () => {
  it("takes selectors and pages", () => {
    const options = Result.getOrThrow(
      listOptions(
        query("labelSelector=a%3Db&fieldSelector=metadata.name%3Dx&limit=5&continue=abc&resourceVersion=7"),
        "ns"
      )
    )
    assert.deepStrictEqual(set(options), {
      namespace: "ns",
      labelSelector: "a=b",
      fieldSelector: "metadata.name=x",
      limit: 5,
      continue: "abc",
      resourceVersion: "7"
    })
  })

  it.each([["limit=-1", "BadRequest"], ["limit=x", "BadRequest"], ["resourceVersionMatch=Sometimes", "Invalid"]])(
    "refuses %s",
    (text, want) => {
      assert.strictEqual(reasonOf(listOptions(query(text), undefined)), want)
    }
  )
})

describe("watchOptions", () => {
  it("takes flags and times", () => {
    const options = Result.getOrThrow(
      watchOptions(
        query(
          "watch=1&allowWatchBookmarks=true&timeoutSeconds=30&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
        ),
        undefined
      )
    )
    assert.deepStrictEqual(set(options), { allowWatchBookmarks: true, sendInitialEvents: true, timeoutSeconds: 30 })
  })

  it("refuses initial events without the match that they need", () => {
    assert.strictEqual(reasonOf(watchOptions(query("sendInitialEvents=true"), undefined)), "Invalid")
  })
})

describe("writeOptions", () => {
  it.each([
    { text: "", agent: undefined, want: { dryRun: false, fieldManager: "unknown" } },
    { text: "", agent: "kubectl/v1.37.0 (linux)", want: { dryRun: false, fieldManager: "kubectl" } },
    {
      text: "fieldManager=me&dryRun=All&fieldValidation=Strict",
      agent: "kubectl/v1",
      want: { dryRun: true, fieldManager: "me", fieldValidation: "Strict" }
    }
  ])("$text of $agent", ({ agent, text, want }) => {
    assert.deepStrictEqual(set(Result.getOrThrow(writeOptions(query(text), agent))), want)
  })

  it.each(["dryRun=Some", "fieldValidation=strict"])("refuses %s", (text) => {
    assert.strictEqual(reasonOf(writeOptions(query(text), undefined)), "Invalid")
  })
})

describe("deleteOptions", () => {
  it.each([
    { name: "nothing", text: "", body: undefined, want: { dryRun: false } },
    {
      name: "a body",
      text: "",
      body: {
        propagationPolicy: "Foreground",
        gracePeriodSeconds: 0,
        preconditions: { uid: "u", resourceVersion: "3" },
        dryRun: ["All"]
      },
      want: { propagationPolicy: "Foreground", gracePeriodSeconds: 0, uid: "u", resourceVersion: "3", dryRun: true }
    },
    {
      name: "a query",
      text: "propagationPolicy=Orphan&gracePeriodSeconds=3",
      body: undefined,
      want: { dryRun: false, propagationPolicy: "Orphan", gracePeriodSeconds: 3 }
    },
    {
      name: "the old way to orphan",
      text: "",
      body: { orphanDependents: true },
      want: { dryRun: false, propagationPolicy: "Orphan" }
    }
  ])("takes $name", ({ body, text, want }) => {
    assert.deepStrictEqual(set(Result.getOrThrow(deleteOptions(query(text), body))), want)
  })

  it("refuses an unknown policy", () => {
    assert.strictEqual(reasonOf(deleteOptions(query(""), { propagationPolicy: "Sideways" })), "Invalid")
  })
})

describe("logOptions", () => {
  it("takes what kubectl logs sends", () => {
    assert.deepStrictEqual(
      set(Result.getOrThrow(logOptions(query("container=main&follow=true&tailLines=0&limitBytes=9&timestamps=true")))),
      { container: "main", follow: true, tailLines: 0, limitBytes: 9, timestamps: true }
    )
  })
})
