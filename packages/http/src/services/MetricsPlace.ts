/** Where the metrics of this server are. */
import { Context } from "effect"

export class MetricsPlace extends Context.Service<MetricsPlace, {
  /** Absent: beside the API. */
  readonly ownPort: number | undefined
}>()("@orchestrator/http/services/MetricsPlace") {}
