/** ConfigMaps. */
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import type { ConfigMap } from "@orchestrator/k8s/Objects"
import { type Draft, viewAs } from "../objects/StoredObject.ts"
import { bothCauses, bytesOf, immutableCauses, keyCauses, sizeCauses } from "./DataRules.ts"
import type { KindRules } from "./Rules.ts"

const validate = (object: Draft): ReadonlyArray<FieldCause> => {
  const { binaryData, data } = viewAs<ConfigMap>(object)
  const bytes = bytesOf(data, Buffer.byteLength) + bytesOf(binaryData, (value) => Buffer.byteLength(value, "base64"))
  return [
    ...keyCauses("data", data),
    ...keyCauses("binaryData", binaryData),
    ...bothCauses("data", data, binaryData),
    ...sizeCauses("", bytes)
  ]
}

export const configMapRules: KindRules = { validate, validateUpdate: immutableCauses }
