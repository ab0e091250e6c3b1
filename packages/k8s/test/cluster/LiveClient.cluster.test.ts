import { layerWith } from "../../src/live/LiveClient.ts"
import { kubernetesClientContract } from "../KubernetesClientContract.ts"
import { controlPlane } from "./ControlPlane.ts"

kubernetesClientContract("LiveClient on a real kube-apiserver", layerWith({ kubeconfig: controlPlane().kubeconfig }))
