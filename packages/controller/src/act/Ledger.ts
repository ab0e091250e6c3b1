/**
 * Writes what attempts have cost into the ledger: ConfigMaps of the installation's namespace, whose names are known beforehand. A key is an
 * attempt's, so what is written twice is written once. A ledger that nobody may write, or that is full, keeps no run from its end.
 */
import { ConfigMapKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { ConfigMap } from "@orchestrator/k8s/Objects"
import { Effect, Record } from "effect"
import { formatSpent, ledgerFacts, ledgerOf, newLedger, type Spent } from "../facts/Ledger.ts"
import { Stores } from "../facts/Stores.ts"

/** Lines of one write: a write that is too large for the API server would never come to be. */
const mostLines = 500

/** By name of the ConfigMap, in writes of a bearable size; null takes a line away. */
const changesOf = (lines: ReadonlyArray<readonly [attempt: string, text: string | null]>) => {
  const changes = new Map<string, Array<Record<string, string | null>>>()
  for (const [attempt, text] of lines) {
    const name = ledgerOf(attempt)
    const all = changes.get(name) ?? []
    changes.set(name, all)
    const last = all.at(-1)
    if (last === undefined || Object.keys(last).length >= mostLines) all.push({ [attempt]: text })
    else last[attempt] = text
  }
  return [...changes].flatMap(([name, all]) => all.map((data) => ({ name, data })))
}

type Lines = Readonly<Record<string, string | null>>

/** What will not be taken, however often it is sent. */
const isLasting = hasReason("Forbidden", "Invalid", "BadRequest", "Refused")

export const makeLedger = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const { ledger, ownNamespace: namespace, spending } = yield* Stores

  const patch = (name: string, uid: string, data: Lines) =>
    client.patch(ConfigMapKind, { name, namespace }, { type: "merge", body: { metadata: { uid }, data } })

  const create = (name: string, data: Lines) =>
    client.create(ConfigMapKind, newLedger(namespace, name, Record.filter(data, (text) => text !== null)))

  /** Whoever was first has made it; and where the store has another one of that name, it is no longer there. */
  const createOrPatch = (name: string, data: Lines) =>
    Effect.catchIf(create(name, data), hasReason("AlreadyExists"), () =>
      Effect.flatMap(
        client.get(ConfigMapKind, { name, namespace }),
        ({ metadata: { uid = "" } }) => patch(name, uid, data)
      ))

  const write = ({ data, name }: ReturnType<typeof changesOf>[number]) =>
    Effect.suspend(() => {
      const known = ledger.get({ name, namespace })
      return known === undefined
        ? createOrPatch(name, data)
        : Effect.catchIf(
          patch(name, known.uid, data),
          hasReason("NotFound", "Conflict"),
          () => createOrPatch(name, data)
        )
    }).pipe(
      Effect.map((written: ConfigMap) => ledger.wrote(ledgerFacts(written))),
      Effect.catchIf(isLasting, (error) =>
        Effect.logWarning("what runs have cost cannot be written down: while they are there their statuses tell", {
          configMap: name,
          problem: error.message
        }))
    )

  const writeAll = (
    lines: ReadonlyArray<readonly [attempt: string, text: string | null]>
  ): Effect.Effect<void, KubernetesError> => Effect.forEach(changesOf(lines), write, { discard: true })

  return {
    /** The first word on what an attempt has cost stands; only what it might have cost gives way to it. */
    record: (entries: ReadonlyArray<Spent>) =>
      Effect.suspend(() =>
        writeAll(
          entries.filter(({ attempt, reserved }) => {
            const known = spending.recorded(attempt)
            return known === undefined || (known.reserved === true && reserved !== true)
          })
            .map((spent) => [spent.attempt, formatSpent(spent)])
        )
      ),
    forget: (entries: ReadonlyArray<Spent>) => writeAll(entries.map(({ attempt }) => [attempt, null]))
  }
})
