/** How people sign in to this installation. */
import type { OidcConfig } from "@orchestrator/domain/DashboardConfig"
import { Context } from "effect"
import type { SignInLinks } from "./SignInLinks.ts"

export class SignIn extends Context.Service<SignIn, {
  /** False where everybody is let in. */
  readonly required: boolean
  /** Where a bearer token for the runs of a namespace is to be had. */
  readonly tokenHint: (namespace: string) => string
  /** Absent: nobody but the cluster gives tokens. */
  readonly provider: OidcConfig | undefined
  /** Absent: this server makes none. */
  readonly links: SignInLinks | undefined
}>()("@orchestrator/http/services/SignIn") {}
