/** A provider's own names of models. */
import type { Provider } from "@orchestrator/domain/ModelProviders"
import type { Checked } from "../ModelDialect.ts"

export const nameOf = (names: Provider["names"], model: string): string =>
  (names !== undefined && Object.hasOwn(names, model) ? names[model] : undefined) ?? model

/** A body that names its model, which is written anew only where that has another name there. */
export const renamedBody = ({ body, model }: Checked, names: Provider["names"]): string => {
  const name = nameOf(names, model)
  return name === model ? body : JSON.stringify({ ...JSON.parse(body), model: name })
}
