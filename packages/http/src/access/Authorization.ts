/** The two ways to keep the contract's promise: by the cluster's tokens and RBAC, or by letting everybody in. */
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Context, Effect, Layer, Redacted } from "effect"
import { HttpRouter } from "effect/http"
import { anybody, Authorized, Needs, type Permission, Requester } from "../Access.ts"
import { noteUser } from "../Audit.ts"
import { HttpSettings } from "../HttpSettings.ts"
import { PermissionMissing, Unauthenticated } from "../Problem.ts"
import { makeDecisions } from "./Decisions.ts"
import { grantLines, permissionsOf, resourceOf } from "./Permissions.ts"

/** RFC 6750; anything else is no token of a cluster, and is not shown to it. */
const wellFormed = /^[\w.~+/-]+=*$/

export interface ClusterAccess {
  /** Whom tokens are for; empty: the API server. */
  readonly audiences: ReadonlyArray<string>
  /** Where callers have a token from. Default: `kubectl create token`. */
  readonly tokenHint?: string | undefined
}

interface Place extends ClusterAccess {
  readonly namespace: string
}

const unauthenticated = (found: string, { audiences, namespace, tokenHint }: Place) => {
  const audience = audiences[0] === undefined ? "" : ` --audience ${audiences[0]}`
  return new Unauthenticated({
    detail: `Expected a bearer token of the cluster${
      audience === "" ? "" : ` for the audience ${audiences.join(" or ")}`
    }, found ${found}`,
    hint: `Send the header Authorization: Bearer TOKEN; ${
      tokenHint ?? `kubectl create token SERVICEACCOUNT -n ${namespace}${audience} prints one`
    }`
  })
}

const said = (permission: Permission): string =>
  [permission.verb, resourceOf(permission), ...(permission.name === undefined ? [] : [JSON.stringify(permission.name)])]
    .join(" ")

const permissionMissing = (missing: ReadonlyArray<Permission>, user: string, namespace: string) =>
  new PermissionMissing({
    detail: `User ${JSON.stringify(user)} may not ${missing.map(said).join(", ")} in namespace ${
      JSON.stringify(namespace)
    }`,
    hint: `An administrator grants it with:\n${grantLines(missing, user, namespace).join("\n")}`,
    user,
    missing: missing.map((permission) => ({
      verb: permission.verb,
      resource: resourceOf(permission),
      namespace,
      ...(permission.name === undefined ? {} : { name: permission.name })
    }))
  })

/** Everybody who reaches the server may do what the orchestrator may. */
export const authorizeEverybody = Layer.succeed(Authorized, {
  bearer: (route) =>
    Effect.andThen(
      noteUser(anybody),
      Effect.provideService(route, Requester, { user: anybody, require: () => Effect.void })
    )
})

/** Needs KubernetesClient and HttpSettings. */
export const authorizeByCluster = (access: ClusterAccess) =>
  Layer.effect(
    Authorized,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const { namespace } = yield* HttpSettings
      const decide = yield* makeDecisions({ client, namespace, audiences: access.audiences })
      const place = { ...access, namespace }

      /** The token's owner, who may do all of that. */
      const allowed = Effect.fn("Requester.require")(
        function*(token: Redacted.Redacted, permissions: ReadonlyArray<Permission>) {
          const text = Redacted.value(token)
          if (text === "") return yield* unauthenticated("none", place)
          if (!wellFormed.test(text)) return yield* unauthenticated("something else", place)
          const { missing, user } = yield* decide(token, permissions)
          if (user === undefined) return yield* unauthenticated("one that the cluster does not accept", place)
          yield* noteUser(user)
          return missing.length > 0 ? yield* permissionMissing(missing, user.username, namespace) : user
        }
      )

      return {
        bearer: (route, { credential, endpoint }) =>
          Effect.gen(function*() {
            const { params } = yield* HttpRouter.RouteContext
            const user = yield* allowed(
              credential,
              permissionsOf(Context.getUnsafe(endpoint.annotations, Needs), params)
            )
            return yield* Effect.provideService(route, Requester, {
              user,
              require: (permissions) => Effect.asVoid(allowed(credential, permissions))
            })
          })
      }
    })
  )
