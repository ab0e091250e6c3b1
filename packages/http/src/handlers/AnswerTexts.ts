/**
 * JSON texts of answers about runs as bytes, each made once for a version of a run: reading and checking a run against its schema is most of what a
 * list costs here. What lists and rights are is the cluster's to say each time, or of lists from the cache what this replica has heard; only texts
 * are remembered, and pages of them, within bounds that are one for all namespaces.
 */
import { phaseOf } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Context, Layer } from "effect"

/** What a text or a page takes beside its bytes: keys are chosen by who asks, and pages of nothing are many. */
const bytesOfEntry = 512

/** Bytes of all texts together; then what was used least recently goes. */
const mostBytes = 8 * 1024 * 1024
/** The same of pages, which are made of texts. */
const mostBytesOfPages = 4 * 1024 * 1024

export interface AnswerText {
  readonly bytes: Uint8Array
  /** Whether whom the run waits for is said beside it. */
  readonly isPending: boolean
}

/** A page as it was answered from the cache. */
export interface CachedPage {
  readonly bytes: Uint8Array
  /** Of the cache. */
  readonly version: number
  /** Its runs that may wait for others, and what was said of each. */
  readonly pending: ReadonlyArray<Pick<CustomObject, "metadata">>
  readonly waiting: ReadonlyArray<string>
}

export interface Remembered<A> {
  readonly get: (key: string) => A | undefined
  readonly set: (key: string, value: A) => void
}

/** What was used last, of so many bytes together. */
const makeRemembered = <A extends { readonly bytes: Uint8Array }>(most: number): Remembered<A> => {
  const values = new Map<string, A>()
  let bytes = 0
  const sizeOf = (key: string, value: A): number => value.bytes.length + 2 * key.length + bytesOfEntry
  const forget = (key: string) => {
    const value = values.get(key)
    if (value === undefined) return
    bytes -= sizeOf(key, value)
    values.delete(key)
  }
  return {
    get: (key) => {
      const value = values.get(key)
      if (value === undefined) return undefined
      values.delete(key)
      values.set(key, value)
      return value
    },
    set: (key, value) => {
      forget(key)
      const size = sizeOf(key, value)
      if (size > most) return
      values.set(key, value)
      bytes += size
      for (const [oldest] of values) {
        if (bytes <= most) break
        forget(oldest)
      }
    }
  }
}

/** No two kinds have runs of one UID. */
export interface Version {
  readonly uid?: string | undefined
  readonly resourceVersion?: string | undefined
}

interface TextOfVersion extends AnswerText {
  readonly version: string
}

export interface Texts {
  /** `textOf` is asked where nothing is remembered. */
  readonly textOnce: (run: CustomObject, textOf: (run: CustomObject) => string) => AnswerText
  /** What is remembered of a version. */
  readonly known: (version: Version) => AnswerText | undefined
  readonly pages: Remembered<CachedPage>
}

export const makeAnswerTexts = (most: number = mostBytes): Texts => {
  /** By UID: of what a run was before nobody asks again. */
  const texts = makeRemembered<TextOfVersion>(most)
  const known = ({ resourceVersion, uid }: Version) => {
    const text = uid === undefined ? undefined : texts.get(uid)
    return text?.version === resourceVersion ? text : undefined
  }
  return {
    known,
    textOnce: (run, textOf) => {
      const there = known(run.metadata)
      if (there !== undefined) return there
      const text = { bytes: Buffer.from(textOf(run)), isPending: phaseOf(run) === "Pending" }
      const { resourceVersion: version, uid } = run.metadata
      if (uid !== undefined && version !== undefined) texts.set(uid, { ...text, version })
      return text
    },
    pages: makeRemembered<CachedPage>(mostBytesOfPages)
  }
}

export class AnswerTexts extends Context.Service<AnswerTexts, Texts>()("@orchestrator/http/handlers/AnswerTexts") {
  static readonly layer = Layer.sync(AnswerTexts, () => makeAnswerTexts())
}
