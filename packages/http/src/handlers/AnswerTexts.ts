/**
 * JSON texts of answers about runs, each made once for a version of a run: reading and checking a run against its schema is most of what a list costs
 * here. What lists and rights are is the cluster's to say each time; only the text of what it answered is remembered, within a bound.
 */
import type { CustomObject } from "@orchestrator/k8s/Objects"

/** Characters of all texts together; then what was used least recently goes. */
const mostText = 8 * 1024 * 1024

export const makeAnswerTexts = (
  textOf: (run: CustomObject) => string,
  most: number = mostText
): (run: CustomObject) => string => {
  const texts = new Map<string, string>()
  let characters = 0

  const forget = (key: string) => {
    characters -= texts.get(key)?.length ?? 0
    texts.delete(key)
  }

  return (run) => {
    const { resourceVersion, uid } = run.metadata
    if (resourceVersion === undefined || uid === undefined) return textOf(run)
    const key = `${uid} ${resourceVersion}`
    const text = texts.get(key) ?? textOf(run)
    forget(key)
    if (text.length > most) return text
    texts.set(key, text)
    characters += text.length
    for (const [oldest] of texts) {
      if (characters <= most) break
      forget(oldest)
    }
    return text
  }
}
