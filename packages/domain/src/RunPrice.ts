/** What a run's model costs, which may differ by who serves it. */
import type { ModelPrice, Prices } from "./ModelPrice.ts"
import { type Providers, providersFor } from "./ModelProviders.ts"
import { configuredPriceOf, priceOf } from "./PriceList.ts"

/**
 * What a run's tokens cost by whoever serves it first; undefined where one of its providers takes what nobody has said: its broker could
 * not keep it within a budget then.
 */
export const runPriceOf = (
  { prices, providers }: { readonly prices: Prices; readonly providers: Providers },
  run: { readonly model: string; readonly provider?: string | undefined }
): ModelPrice | undefined => {
  const all = providersFor(providers, run).map(({ prices: own = {} }) =>
    configuredPriceOf(run.model, own) ?? priceOf(run.model, prices)
  )
  return all.length === 0 ? priceOf(run.model, prices) : all.includes(undefined) ? undefined : all[0]
}
