/**
 * A network for the pods of one node: each has a namespace of its own and a link to this host, where the addresses of Services lead to
 * the pods behind them. What kube-proxy and a network plug-in do, in small; names of Services are in the pods' /etc/hosts.
 */
import type { PodNetwork } from "@orchestrator/embedded/node/PodNetwork"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesObject, Pod } from "@orchestrator/k8s/Objects"
import { reflect } from "@orchestrator/k8s/Reflector"
import { makeStore } from "@orchestrator/k8s/Store"
import { Context, Effect, Layer } from "effect"
import { execFileSync } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { connect, createServer, type Server, type Socket } from "node:net"
import { join } from "node:path"
import { kindOf } from "../KindOf.ts"
import { Plane } from "./Plane.ts"

const ip = (...args: ReadonlyArray<string>) => execFileSync("ip", args, { encoding: "utf8", stdio: "pipe" })

const quietly = (...args: ReadonlyArray<string>) => {
  try {
    ip(...args)
  } catch {
    // What is not there need not be removed.
  }
}

/** An address of this host, labelled so that other runs tell whose it is. */
const ours = (address: string) => [`${address}/32`, "dev", "lo", "label", `lo:or${process.pid}`]
const removeAddress = (address: string) => quietly("address", "del", `${address}/32`, "dev", "lo")

/** What runs that were killed have left behind. */
const removeLeftovers = () => {
  const isDead = (pid = "") => !existsSync(`/proc/${pid}`)
  for (const [name, pid] of ip("netns", "list").matchAll(/\borchestrator-(\d+)-\d+\b/g)) {
    if (isDead(pid)) quietly("netns", "del", name)
  }
  for (
    const [, address = "", pid] of ip("-o", "address", "show", "dev", "lo").matchAll(/ ([\d.]+)\/32 .* lo:or(\d+)\b/g)
  ) {
    if (isDead(pid)) removeAddress(address)
  }
}

interface Place {
  readonly namespace: string
  readonly link: string
  readonly address: string
  made: boolean
}

const makePlace = ({ address, link, namespace }: Place, gateway: string) => {
  ip("netns", "add", namespace)
  ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", namespace)
  ip("link", "set", link, "up")
  ip("route", "add", address, "dev", link, "src", gateway)
  const inside = (...args: ReadonlyArray<string>) => ip("-n", namespace, ...args)
  inside("link", "set", "lo", "up")
  inside("address", "add", `${address}/32`, "dev", "eth0")
  inside("link", "set", "eth0", "up")
  inside("route", "add", gateway, "dev", "eth0")
  inside("route", "add", "default", "via", gateway)
}

/** The network of pods; each address is given to one pod at a time, the one that was free for longest first. */
const podNetwork = (number: number, gateway: string, hosts: string) => {
  const free = Array.from({ length: 253 }, (_, index) => index + 2)
  const places = new Map<string, Place>()

  const placeOf = ({ metadata: { uid = "" } }: Pod): Place => {
    const before = places.get(uid)
    if (before !== undefined) return before
    const index = free.shift() ?? 255
    const place = {
      namespace: `orchestrator-${process.pid}-${index}`,
      link: `or${number}-${index}`,
      address: `198.19.${number}.${index}`,
      made: false
    }
    places.set(uid, place)
    return place
  }

  const remove = ({ address, link, made, namespace }: Place) => {
    if (made) {
      quietly("link", "del", link)
      quietly("netns", "del", namespace)
    }
    free.push(Number(address.split(".")[3]))
  }

  const network: PodNetwork = {
    address: (pod) => placeOf(pod).address,
    join: (pod) => {
      const place = placeOf(pod)
      if (!place.made) makePlace(place, gateway)
      place.made = true
      return {
        words: ["nsenter", `--net=/run/netns/${place.namespace}`],
        mounts: [{ mountPath: "/etc/hosts", hostPath: hosts, readOnly: true }]
      }
    },
    leave: ({ metadata: { uid = "" } }) => {
      const place = places.get(uid)
      if (place !== undefined) remove(place)
      places.delete(uid)
    }
  }
  return { network, close: () => [...places.values()].forEach(remove) }
}

/** Whether networks can be made here at all. */
const probe = () => {
  const name = `orchestrator-${process.pid}-0`
  try {
    ip("netns", "add", name)
    ip("netns", "del", name)
  } catch (error) {
    throw new Error(
      "These tests make networks: they need root with CAP_NET_ADMIN and CAP_SYS_ADMIN, and Debian's iproute2",
      {
        cause: error
      }
    )
  }
}

export class Network extends Context.Service<Network, PodNetwork & { readonly hosts: string }>()("test/Network") {
  static readonly layer = Layer.effect(
    Network,
    Effect.gen(function*() {
      const { folder, number } = yield* Plane
      probe()
      removeLeftovers()
      const gateway = `198.19.${number}.1`
      const hosts = join(folder, "hosts")
      writeFileSync(hosts, "127.0.0.1 localhost\n")
      ip("address", "add", ...ours(gateway))
      yield* Effect.addFinalizer(() => Effect.sync(() => removeAddress(gateway)))
      const { close, network } = podNetwork(number, gateway, hosts)
      yield* Effect.addFinalizer(() => Effect.sync(close))
      return { ...network, hosts }
    })
  )
}

interface Service extends KubernetesObject {
  readonly spec: {
    readonly clusterIP?: string
    readonly ports?: ReadonlyArray<{ readonly name?: string; readonly port: number; readonly protocol?: string }>
  }
}

interface EndpointSlice extends KubernetesObject {
  readonly ports?: ReadonlyArray<{ readonly name?: string; readonly port?: number }>
  readonly endpoints?: ReadonlyArray<{
    readonly addresses: ReadonlyArray<string>
    readonly conditions?: { readonly ready?: boolean }
  }>
}

const ServiceKind = kindOf<Service>("", "Service", "services")
const EndpointSliceKind = kindOf<EndpointSlice>("discovery.k8s.io", "EndpointSlice", "endpointslices")

interface Target {
  readonly host: string
  readonly port: number
}

const pass = (from: Socket, target: Target | undefined) => {
  if (target === undefined) return from.destroy()
  const to = connect(target)
  from.on("error", () => to.destroy()).on("close", () => to.destroy())
  to.on("error", () => from.destroy()).on("close", () => from.destroy())
  from.pipe(to)
  return to.pipe(from)
}

const keyOf = ({ metadata: { name = "", namespace = "" } }: KubernetesObject) => `${namespace}/${name}`

/** Makes the addresses of Services work, on this host and in the pods' network. */
export const services = Layer.effectDiscard(Effect.gen(function*() {
  const { server } = yield* Plane
  const { hosts } = yield* Network
  yield* KubernetesClient
  const slices = makeStore<EndpointSlice>()
  const known = new Map<string, { readonly service: Service; readonly listeners: ReadonlyArray<Server> }>()
  let turn = 0

  const targetOf = (key: string, portName: string): Target | undefined => {
    if (key === "default/kubernetes") return { host: "127.0.0.1", port: Number(new URL(server).port) }
    const [namespace, name] = key.split("/")
    const targets = [...slices.values()].filter(({ metadata }) =>
      metadata.namespace === namespace && metadata.labels?.["kubernetes.io/service-name"] === name
    ).flatMap(({ endpoints = [], ports = [] }) => {
      const port = ports.find((each) => (each.name ?? "") === portName)?.port
      return endpoints.filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) =>
        addresses.map((host) => ({ host, port: port ?? 0 }))
      )
    })
    turn += 1
    return targets[turn % targets.length]
  }

  const writeHosts = () => {
    const lines = [...known.values()].map(({ service: { metadata: { name, namespace }, spec } }) =>
      `${spec.clusterIP} ${name}.${namespace}.svc ${name}.${namespace}.svc.cluster.local ${name}.${namespace}`
    )
    writeFileSync(hosts, ["127.0.0.1 localhost", ...lines, ""].join("\n"))
  }

  const open = (service: Service) => {
    const { clusterIP = "None", ports = [] } = service.spec
    if (clusterIP === "None" || clusterIP === "" || known.has(keyOf(service))) return
    quietly("address", "add", ...ours(clusterIP))
    const listeners = ports.map(({ name = "", port }) =>
      createServer((socket) => void pass(socket, targetOf(keyOf(service), name)))
        .on("error", () => undefined)
        .listen(port, clusterIP)
    )
    known.set(keyOf(service), { service, listeners })
    writeHosts()
  }

  const close = (key: string) => {
    const found = known.get(key)
    if (found === undefined) return
    found.listeners.forEach((listener) => listener.close())
    removeAddress(found.service.spec.clusterIP ?? "")
    known.delete(key)
    writeHosts()
  }

  yield* Effect.addFinalizer(() => Effect.sync(() => [...known.keys()].forEach(close)))
  yield* Effect.forkScoped(reflect(ServiceKind, {
    store: makeStore<Service>(),
    project: (service) => service,
    onChange: (service, change) => Effect.sync(() => change === "set" ? open(service) : close(keyOf(service))),
    onSynced: Effect.void
  }))
  yield* Effect.forkScoped(reflect(EndpointSliceKind, {
    store: slices,
    project: (slice) => slice,
    onChange: () => Effect.void,
    onSynced: Effect.void
  }))
}))
