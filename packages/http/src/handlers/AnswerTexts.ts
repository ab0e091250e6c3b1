/**
 * JSON texts of answers about runs as bytes, each made once for a version of a run: reading and checking a run against its schema is most of what a
 * list costs here. What lists and rights are is the cluster's to say each time; only the text of what it answered is remembered, within a bound
 * that is one for all namespaces.
 */
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Context, Layer } from "effect"

/** Bytes of all texts together; then what was used least recently goes. */
const mostBytes = 8 * 1024 * 1024

/** `textOf` is asked where nothing is remembered. No two kinds have runs of one UID. */
type TextOnce = (run: CustomObject, textOf: (run: CustomObject) => string) => Uint8Array

export const makeAnswerTexts = (most: number = mostBytes): TextOnce => {
  const texts = new Map<string, Uint8Array>()
  let bytes = 0

  const forget = (key: string) => {
    bytes -= texts.get(key)?.length ?? 0
    texts.delete(key)
  }

  return (run, textOf) => {
    const { resourceVersion, uid } = run.metadata
    if (resourceVersion === undefined || uid === undefined) return Buffer.from(textOf(run))
    const key = `${uid} ${resourceVersion}`
    const text = texts.get(key) ?? Buffer.from(textOf(run))
    forget(key)
    if (text.length > most) return text
    texts.set(key, text)
    bytes += text.length
    for (const [oldest] of texts) {
      if (bytes <= most) break
      forget(oldest)
    }
    return text
  }
}

export class AnswerTexts extends Context.Service<AnswerTexts, TextOnce>()("@orchestrator/http/handlers/AnswerTexts") {
  static readonly layer = Layer.sync(AnswerTexts, () => makeAnswerTexts())
}
