import { Layer } from "effect"
import { liveClient, served } from "../wire/Served.ts"
import { kubernetesClientContract } from "./KubernetesClientContract.ts"

kubernetesClientContract("LiveClient through the embedded cluster's HTTP face", Layer.provide(liveClient, served()))
