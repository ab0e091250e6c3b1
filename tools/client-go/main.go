// What controllers written with client-go do, asked of the API server of a kubeconfig: typed writes by protobuf, leader election, an
// informer, reviews, impersonation. Prints a line for each step; ends with 1 when one is not as it should be.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/util/retry"
)

const namespace = "default"

var failed = false

func step(name string, run func() error) {
	if err := run(); err != nil {
		failed = true
		fmt.Printf("FAIL %s: %v\n", name, err)
	} else {
		fmt.Printf("ok %s\n", name)
	}
}

func pointer[A any](value A) *A { return &value }

// A pod with most of what people write, and none of the orchestrator's.
func podSpec() core.PodSpec {
	probe := &core.Probe{ProbeHandler: core.ProbeHandler{HTTPGet: &core.HTTPGetAction{Path: "/", Port: intstr.FromString("http")}}, PeriodSeconds: 5}
	return core.PodSpec{
		RestartPolicy: core.RestartPolicyNever,
		NodeSelector:  map[string]string{"nowhere": "true"},
		Tolerations:   []core.Toleration{{Key: "gpu", Operator: core.TolerationOpExists, TolerationSeconds: pointer(int64(0)), Effect: core.TaintEffectNoExecute}},
		Affinity: &core.Affinity{NodeAffinity: &core.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &core.NodeSelector{
			NodeSelectorTerms: []core.NodeSelectorTerm{{MatchExpressions: []core.NodeSelectorRequirement{{Key: "zone", Operator: core.NodeSelectorOpIn, Values: []string{"a", "b"}}}}}}}},
		TopologySpreadConstraints: []core.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: "zone", WhenUnsatisfiable: core.DoNotSchedule, LabelSelector: &meta.LabelSelector{MatchLabels: map[string]string{"a": "b"}}}},
		Containers: []core.Container{{
			Name: "main", Image: "image:1", ReadinessProbe: probe, LivenessProbe: probe,
			EnvFrom:         []core.EnvFromSource{{Prefix: "A_", SecretRef: &core.SecretEnvSource{LocalObjectReference: core.LocalObjectReference{Name: "s"}, Optional: pointer(false)}}},
			Env:             []core.EnvVar{{Name: "A", ValueFrom: &core.EnvVarSource{ResourceFieldRef: &core.ResourceFieldSelector{Resource: "limits.cpu"}}}},
			Resources:       core.ResourceRequirements{Limits: core.ResourceList{"cpu": resource.MustParse("1500m"), "memory": resource.MustParse("2Gi")}},
			Lifecycle:       &core.Lifecycle{PreStop: &core.LifecycleHandler{Exec: &core.ExecAction{Command: []string{"true"}}}},
			SecurityContext: &core.SecurityContext{Capabilities: &core.Capabilities{Drop: []core.Capability{"ALL"}}, SeccompProfile: &core.SeccompProfile{Type: core.SeccompProfileTypeRuntimeDefault}},
			VolumeMounts:    []core.VolumeMount{{Name: "all", MountPath: "/all"}},
		}},
		Volumes: []core.Volume{{Name: "all", VolumeSource: core.VolumeSource{Projected: &core.ProjectedVolumeSource{Sources: []core.VolumeProjection{
			{DownwardAPI: &core.DownwardAPIProjection{Items: []core.DownwardAPIVolumeFile{{Path: "name", FieldRef: &core.ObjectFieldSelector{FieldPath: "metadata.name"}}}}},
			{ServiceAccountToken: &core.ServiceAccountTokenProjection{Path: "token", ExpirationSeconds: pointer(int64(600))}},
		}}}}},
	}
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		panic(err)
	}
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client := kubernetes.NewForConfigOrDie(config)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	maps := client.CoreV1().ConfigMaps(namespace)

	step("an informer lists and watches", func() error {
		seen := make(chan string, 10)
		factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
		informer := factory.Core().V1().ConfigMaps().Informer()
		informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(object any) { seen <- object.(*core.ConfigMap).Name }})
		factory.Start(ctx.Done())
		if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
			return errors.New("the cache does not sync")
		}
		if _, err := maps.Create(ctx, &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Name: "seen"}, Data: map[string]string{"a": "b"}}, meta.CreateOptions{}); err != nil {
			return err
		}
		for {
			select {
			case name := <-seen:
				if name == "seen" {
					return nil
				}
			case <-time.After(20 * time.Second):
				return errors.New("the created object is not seen")
			}
		}
	})

	step("a typed update of what was read", func() error {
		found, err := maps.Get(ctx, "seen", meta.GetOptions{})
		if err != nil {
			return err
		}
		if len(found.ManagedFields) == 0 {
			return errors.New("no managedFields to send back")
		}
		found.Data["c"] = "d"
		found.Labels = map[string]string{"x": "y"}
		updated, err := maps.Update(ctx, found, meta.UpdateOptions{})
		if err == nil && (updated.Data["c"] != "d" || updated.Labels["x"] != "y") {
			return fmt.Errorf("found %v", updated)
		}
		return err
	})

	step("leader election acquires, renews and releases", func() error {
		lock := &resourcelock.LeaseLock{LeaseMeta: meta.ObjectMeta{Name: "leader", Namespace: namespace}, Client: client.CoordinationV1(), LockConfig: resourcelock.ResourceLockConfig{Identity: "me"}}
		leading, stop := context.WithCancel(ctx)
		defer stop()
		started := make(chan struct{})
		go leaderelection.RunOrDie(leading, leaderelection.LeaderElectionConfig{
			Lock: lock, ReleaseOnCancel: true, LeaseDuration: 3 * time.Second, RenewDeadline: 2 * time.Second, RetryPeriod: 300 * time.Millisecond,
			Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: func(context.Context) { close(started) }, OnStoppedLeading: func() {}},
		})
		select {
		case <-started:
		case <-time.After(20 * time.Second):
			return errors.New("never leads")
		}
		time.Sleep(1200 * time.Millisecond)
		lease, err := client.CoordinationV1().Leases(namespace).Get(ctx, "leader", meta.GetOptions{})
		if err == nil && !lease.Spec.RenewTime.After(lease.Spec.AcquireTime.Time) {
			return fmt.Errorf("never renewed: %v", lease.Spec)
		}
		return err
	})

	step("a pod with most of what people write, created, updated and read back", func() error {
		pods := client.CoreV1().Pods(namespace)
		created, err := pods.Create(ctx, &core.Pod{ObjectMeta: meta.ObjectMeta{Name: "whole"}, Spec: podSpec()}, meta.CreateOptions{})
		if err != nil {
			return err
		}
		updated := created
		err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
			found, err := pods.Get(ctx, "whole", meta.GetOptions{})
			if err != nil {
				return err
			}
			found.Annotations = map[string]string{"seen": "true"}
			updated, err = pods.Update(ctx, found, meta.UpdateOptions{})
			return err
		})
		if err != nil {
			return err
		}
		container := updated.Spec.Containers[0]
		if updated.Spec.Tolerations[0].TolerationSeconds == nil || container.ReadinessProbe.HTTPGet.Port.StrVal != "http" || !container.Resources.Limits.Cpu().Equal(resource.MustParse("1500m")) {
			return fmt.Errorf("found %v", updated.Spec)
		}
		return nil
	})

	step("a Job, its status and its deletion", func() error {
		jobs := client.BatchV1().Jobs(namespace)
		spec := podSpec()
		job, err := jobs.Create(ctx, &batch.Job{ObjectMeta: meta.ObjectMeta{Name: "job"}, Spec: batch.JobSpec{
			Suspend: pointer(true), BackoffLimit: pointer(int32(0)), Template: core.PodTemplateSpec{Spec: spec},
			PodFailurePolicy: &batch.PodFailurePolicy{Rules: []batch.PodFailurePolicyRule{{Action: batch.PodFailurePolicyActionFailJob, OnExitCodes: &batch.PodFailurePolicyOnExitCodesRequirement{Operator: batch.PodFailurePolicyOnExitCodesOpIn, Values: []int32{3, 4}}}}},
		}}, meta.CreateOptions{})
		if err != nil {
			return err
		}
		if values := job.Spec.PodFailurePolicy.Rules[0].OnExitCodes.Values; len(values) != 2 || values[1] != 4 {
			return fmt.Errorf("found exit codes %v", values)
		}
		return jobs.Delete(ctx, "job", meta.DeleteOptions{PropagationPolicy: pointer(meta.DeletePropagationBackground), Preconditions: &meta.Preconditions{UID: &job.UID}})
	})

	step("the other kinds, created and updated", func() error {
		secret, err := client.CoreV1().Secrets(namespace).Create(ctx, &core.Secret{ObjectMeta: meta.ObjectMeta{Name: "s"}, Data: map[string][]byte{"k": {0, 255}}}, meta.CreateOptions{})
		if err != nil {
			return err
		}
		if _, err = client.CoreV1().Secrets(namespace).Update(ctx, secret, meta.UpdateOptions{}); err != nil {
			return err
		}
		claim := &core.PersistentVolumeClaim{ObjectMeta: meta.ObjectMeta{Name: "c"}, Spec: core.PersistentVolumeClaimSpec{AccessModes: []core.PersistentVolumeAccessMode{core.ReadWriteOnce}, Resources: core.VolumeResourceRequirements{Requests: core.ResourceList{"storage": resource.MustParse("1Gi")}}}}
		if _, err = client.CoreV1().PersistentVolumeClaims(namespace).Create(ctx, claim, meta.CreateOptions{}); err != nil {
			return err
		}
		account, err := client.CoreV1().ServiceAccounts(namespace).Create(ctx, &core.ServiceAccount{ObjectMeta: meta.ObjectMeta{Name: "a"}}, meta.CreateOptions{})
		if err != nil {
			return err
		}
		if _, err = client.CoreV1().ServiceAccounts(namespace).Update(ctx, account, meta.UpdateOptions{}); err != nil {
			return err
		}
		event := &core.Event{ObjectMeta: meta.ObjectMeta{Name: "e"}, InvolvedObject: core.ObjectReference{Kind: "Pod", Name: "whole", Namespace: namespace}, Reason: "Seen", Type: "Normal", FirstTimestamp: meta.Now(), LastTimestamp: meta.Now(), Count: 1}
		if _, err = client.CoreV1().Events(namespace).Create(ctx, event, meta.CreateOptions{}); err != nil {
			return err
		}
		space, err := client.CoreV1().Namespaces().Create(ctx, &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: "other"}}, meta.CreateOptions{})
		if err != nil {
			return err
		}
		_, err = client.CoreV1().Namespaces().Update(ctx, space, meta.UpdateOptions{})
		return err
	})

	step("auth can-i: yes for what is served, no for the rest", func() error {
		for asked, want := range map[string]bool{"configmaps": true, "deployments": false} {
			review, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authorization.SelfSubjectAccessReview{Spec: authorization.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorization.ResourceAttributes{Verb: "create", Resource: asked, Namespace: namespace}}}, meta.CreateOptions{})
			if err != nil {
				return err
			}
			if review.Status.Allowed != want {
				return fmt.Errorf("%s: found %v", asked, review.Status)
			}
		}
		return nil
	})

	step("a token that nobody has is not authenticated", func() error {
		review, err := client.AuthenticationV1().TokenReviews().Create(ctx, &authentication.TokenReview{Spec: authentication.TokenReviewSpec{Token: "not-a-token"}}, meta.CreateOptions{})
		if err == nil && review.Status.Authenticated {
			return errors.New("it is")
		}
		return err
	})

	step("tokens of service accounts are refused, not invented", func() error {
		_, err := client.CoreV1().ServiceAccounts(namespace).CreateToken(ctx, "a", &authentication.TokenRequest{}, meta.CreateOptions{})
		if !apierrors.IsMethodNotSupported(err) {
			return fmt.Errorf("found %v", err)
		}
		return nil
	})

	step("nobody is impersonated", func() error {
		as := rest.CopyConfig(config)
		as.Impersonate = rest.ImpersonationConfig{UserName: "bob"}
		_, err := kubernetes.NewForConfigOrDie(as).CoreV1().ConfigMaps(namespace).List(ctx, meta.ListOptions{})
		if !apierrors.IsForbidden(err) {
			return fmt.Errorf("found %v", err)
		}
		return nil
	})

	if failed {
		os.Exit(1)
	}
}
