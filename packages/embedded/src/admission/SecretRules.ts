/** Secrets: plain stringData becomes base64 data; some types demand keys. */
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import type { Secret } from "@orchestrator/k8s/Objects"
import { immutable, invalidValue, required } from "../objects/Causes.ts"
import { type Draft, type StoredObject, viewAs, without } from "../objects/StoredObject.ts"
import { bytesOf, immutableCauses, keyCauses, sizeCauses } from "./DataRules.ts"
import type { KindRules } from "./Rules.ts"

const requiredKeys: Readonly<Record<string, ReadonlyArray<string>>> = {
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/dockercfg": [".dockercfg"]
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const complete = (draft: Draft): Draft => {
  const { data, stringData } = viewAs<Secret>(draft)
  if (stringData === undefined) return draft
  const encoded = Object.entries(stringData).map(([key, value]) =>
    [key, Buffer.from(value).toString("base64")] as const
  )
  return {
    ...without(draft, "stringData"),
    metadata: draft.metadata,
    data: { ...data, ...Object.fromEntries(encoded) }
  }
}

const validate = (object: Draft): ReadonlyArray<FieldCause> => {
  const { data = {}, type = "" } = viewAs<Secret>(object)
  return [
    ...keyCauses("data", data),
    ...sizeCauses("data", bytesOf(data, (value) => Buffer.byteLength(value, "base64"))),
    ...Object.entries(data)
      .filter(([, value]) => !base64.test(value.replace(/[\r\n]/g, "")))
      .map(([key]) => invalidValue(`data[${key}]`, "<hidden>", "must be base64")),
    ...(requiredKeys[type] ?? []).filter((key) => !Object.hasOwn(data, key)).map((key) => required(`data[${key}]`))
  ]
}

const validateUpdate = (object: Draft, previous: StoredObject): ReadonlyArray<FieldCause> => [
  ...(object["type"] === previous["type"] ? [] : [immutable("type", object["type"])]),
  ...immutableCauses(object, previous)
]

export const secretRules: KindRules = { complete, validate, validateUpdate }
