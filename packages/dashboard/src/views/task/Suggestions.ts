/** What there is to choose from in the form: what the server knows, and what runs that are there have. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { createMemo } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { specField } from "../../show/SpecField.ts"
import type { Suggestions } from "../../show/task/Field.ts"
import { createAsked } from "../../store/Asked.ts"
import { useLiveRuns } from "../../store/LiveRuns.ts"

const mostRuns = 200

const sorted = (texts: Iterable<string>): ReadonlyArray<string> => [...new Set(texts)].toSorted()

export const createSuggestions = () => {
  const api = useApi()
  const live = useLiveRuns()
  // Who may not read them writes what they know.
  const models = createAsked(
    () => true,
    async (_, signal) => (await api.models({ signal })).items.map(({ name }) => name)
  )
  const services = createAsked(
    () => true,
    async (_, signal) => (await api.services({ signal })).map(({ name }) => name)
  )
  const ofRuns = createMemo(() => {
    const runs = [...live.runs().values()]
    const texts = (field: string) =>
      sorted(runs.flatMap(({ spec }) => {
        const value = specField(spec, field)
        return typeof value === "string" && value !== "" ? [value] : []
      }))
    return {
      users: texts("githubUser"),
      profiles: texts("profile"),
      repositories: texts("repositoryUrl"),
      models: texts("model"),
      services: texts("service")
    }
  })
  return (kind: KindName): Readonly<Record<Suggestions, ReadonlyArray<string>>> => {
    const known = ofRuns()
    return {
      ...known,
      models: sorted([...models.value() ?? [], ...known.models]),
      services: sorted([...services.value() ?? [], ...known.services]),
      runs: [...live.runs().values()].filter((run) => run.kind === kind).map(({ name }) => name).slice(0, mostRuns)
    }
  }
}
