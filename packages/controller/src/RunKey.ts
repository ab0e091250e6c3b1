/** What a reconcile is about. */
import type { KindName } from "./RunKind.ts"

export interface RunKey {
  readonly kind: KindName
  readonly namespace: string
  readonly name: string
}

export const formatKey = ({ kind, name, namespace }: RunKey): string => `${kind}/${namespace}/${name}`
