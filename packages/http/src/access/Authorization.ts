/** The two ways to keep the contract's promise: by the cluster's tokens and RBAC, or by letting everybody in. */
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Clock, Context, Effect, Layer, Option, Redacted } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import { anybody, Authorized, Needs, type Permission, Requester, type User } from "../contract/Access.ts"
import { PermissionMissing, Unauthenticated } from "../contract/Problem.ts"
import { namespaceIn } from "../services/AskedNamespace.ts"
import { noteUser } from "../services/Audit.ts"
import { makeDecisions } from "./Decisions.ts"
import { grantLines, permissionsOf, resourceOf } from "./Permissions.ts"
import { tokenFault, type TokenRules } from "./TokenForm.ts"

export interface ClusterAccess {
  /** Whom tokens are for; empty: the API server. */
  readonly audiences: ReadonlyArray<string>
  /** Which tokens the cluster is asked about. Default: any. */
  readonly tokens?: TokenRules["tokens"] | undefined
  /** Where callers have a token from. Default: `kubectl create token`. */
  readonly tokenHint?: string | undefined
}

export interface Place extends ClusterAccess {
  readonly namespace: string
}

/** Where a caller has a token from. */
export const tokenHintOf = ({ audiences, namespace, tokenHint }: Place): string => {
  const audience = audiences[0] === undefined ? "" : ` --audience ${audiences[0]}`
  return tokenHint ?? `Have one made: kubectl create token SERVICEACCOUNT -n ${namespace}${audience}`
}

const unauthenticated = (found: string, place: Place) =>
  new Unauthenticated({
    detail: `Expected a bearer token of the cluster${
      place.audiences.length === 0 ? "" : ` for the audience ${place.audiences.join(" or ")}`
    }, found ${found}`,
    hint: `Send the header Authorization: Bearer TOKEN. ${tokenHintOf(place)}`
  })

const said = (permission: Permission): string =>
  [permission.verb, resourceOf(permission), ...(permission.name === undefined ? [] : [JSON.stringify(permission.name)])]
    .join(" ")

const permissionMissing = (missing: ReadonlyArray<Permission>, user: string, namespace: string) =>
  new PermissionMissing({
    detail: `User ${JSON.stringify(user)} may not ${missing.map(said).join(", ")} in namespace ${
      JSON.stringify(namespace)
    }`,
    hint: `An administrator can grant it with:\n${grantLines(missing, user, namespace).join("\n")}`,
    user,
    missing: missing.map((permission) => ({
      verb: permission.verb,
      resource: resourceOf(permission),
      namespace,
      ...(permission.name === undefined ? {} : { name: permission.name })
    }))
  })

/** Who is at the other end of the connection: a proxy in front stands for all of its callers. */
const addressIn = (context: Context.Context<never>): string | undefined =>
  Option.getOrUndefined(
    Option.flatMap(
      Context.getOption(context, HttpServerRequest.HttpServerRequest),
      ({ remoteAddress }) => remoteAddress
    )
  )

/** Everybody who reaches the server may do what the orchestrator may. */
export const authorizeEverybody = Layer.succeed(Authorized, {
  bearer: (route) =>
    Effect.andThen(
      noteUser(anybody),
      Effect.provideService(route, Requester, { user: anybody, require: () => Effect.succeed(Infinity) })
    )
})

/** Needs KubernetesClient and HttpSettings. */
export const authorizeByCluster = (access: ClusterAccess) =>
  Layer.effect(
    Authorized,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const askedIn = yield* namespaceIn
      const decide = yield* makeDecisions({ client, audiences: access.audiences })
      const rules = { audiences: access.audiences, tokens: access.tokens ?? "any" }

      /** The token's owner, who may do all of that, and until when that is known. */
      const allowed = Effect.fnUntraced(
        function*(
          token: Redacted.Redacted,
          permissions: ReadonlyArray<Permission>,
          namespace: string,
          address: string | undefined
        ) {
          const place = { ...access, namespace }
          const fault = tokenFault(Redacted.value(token), rules, yield* Clock.currentTimeMillis)
          if (fault !== undefined) return yield* unauthenticated(fault, place)
          const { missing, until, user } = yield* decide(token, permissions, namespace, address)
          if (user === undefined) return yield* unauthenticated("one that the cluster rejected", place)
          yield* noteUser(user)
          return missing.length > 0 ? yield* permissionMissing(missing, user.username, namespace) : { user, until }
        }
      )

      // Kept by streams for as long as they last: it holds nothing else of the request.
      const requesterOf = (user: User, token: Redacted.Redacted, namespace: string, address: string | undefined) => ({
        user,
        require: (permissions: ReadonlyArray<Permission>) =>
          Effect.map(allowed(token, permissions, namespace, address), ({ until }) => until)
      })

      return {
        bearer: (route, { credential, endpoint }) =>
          Effect.contextWith((context: Context.Context<HttpRouter.RouteContext>) => {
            const { params } = Context.get(context, HttpRouter.RouteContext)
            const namespace = askedIn(context)
            const address = addressIn(context)
            const permissions = permissionsOf(Context.getUnsafe(endpoint.annotations, Needs), params)
            return Effect.flatMap(
              allowed(credential, permissions, namespace, address),
              ({ user }) => Effect.provideService(route, Requester, requesterOf(user, credential, namespace, address))
            )
          })
      }
    })
  )
