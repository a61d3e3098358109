{{/*
An edge or a shield: the workload, its headless service (names of pods, metrics), a service for clients, a disruption budget.
Takes (dict "root" $ "role" "edge"|"shield" "values" VALUES-OF-THE-ROLE "port" DATA-PORT "adminPort" ADMIN-PORT).
*/}}
{{- define "nearcast.cacheNode" -}}
{{- $name := printf "%s-%s" (include "nearcast.fullname" .root) .role -}}
{{- $daemon := eq .values.kind "DaemonSet" -}}
{{- if and .values.persistence.hostPath (not $daemon) -}}
{{- fail (printf "%s.persistence.hostPath is for kind DaemonSet: a StatefulSet has volumes of its own, persistence.enabled" .role) -}}
{{- end -}}
{{- if and .values.persistence.enabled $daemon -}}
{{- fail (printf "%s.persistence.enabled is for kind StatefulSet: a DaemonSet keeps its data in %s.persistence.hostPath" .role .role) -}}
{{- end -}}
{{- if and .values.hostPort (eq .values.advertise "pod") -}}
{{- fail (printf "%s.hostPort opens a port of the machine, so set %s.advertise to host (or to an address)" .role .role) -}}
{{- end -}}
apiVersion: apps/v1
kind: {{ .values.kind }}
metadata:
  name: {{ $name }}
  labels: {{- include "nearcast.labels" . | nindent 4 }}
spec:
  {{- if $daemon }}
  updateStrategy:
    rollingUpdate: {maxUnavailable: 1}
  {{- else }}
  serviceName: {{ $name }}-nodes
  replicas: {{ .values.replicas }}
  podManagementPolicy: Parallel
  {{- end }}
  selector:
    matchLabels: {{- include "nearcast.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "nearcast.labels" . | nindent 8 }}
      {{- with .values.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "nearcast.podSettings" . | nindent 6 }}
      terminationGracePeriodSeconds: {{ include "nearcast.graceSeconds" .values }}
      containers:
        - name: {{ .role }}
          {{- include "nearcast.containerSettings" . | nindent 10 }}
          args:
            - {{ .role }}
            {{- /* The PoP is part of the id, for pods of a StatefulSet have the same names in every cluster. */}}
            {{- include "nearcast.membership" (dict "root" .root "id" (printf "%s-$(POD_NAME)" .root.Values.pop)) | nindent 12 }}
            - --pop={{ .root.Values.pop }}
            - --listen=0.0.0.0:{{ .port }}
            - --admin=0.0.0.0:{{ .adminPort }}
            - --advertise={{ include "nearcast.advertised" . }}
            - --memory={{ .values.memory }}
            {{- with .values.extraArgs }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            - name: http
              containerPort: {{ .port }}
              {{- with .values.hostPort }}
              hostPort: {{ . }}
              {{- end }}
            - {name: admin, containerPort: {{ .adminPort }}}
          {{- include "nearcast.probes" "admin" | nindent 10 }}
          lifecycle:
            preStop:
              exec:
                # It serves on, but routers and services send nobody new.
                command:
                  - bash
                  - -c
                  - curl -sS --max-time 2 -X POST http://127.0.0.1:{{ .adminPort }}/drain; sleep {{ .values.preStopSeconds }}
          resources: {{- include "nearcast.cacheResources" .values | nindent 12 }}
          volumeMounts:
            - {name: data, mountPath: /var/lib/nearcast}
            - {name: token, mountPath: /etc/nearcast/token, readOnly: true}
            - {name: tmp, mountPath: /tmp}
      volumes:
        {{- include "nearcast.tokenVolume" .root | nindent 8 }}
        - name: tmp
          emptyDir: {}
        {{- if .values.persistence.hostPath }}
        - name: data
          hostPath: {path: {{ .values.persistence.hostPath | quote }}, type: DirectoryOrCreate}
        {{- else if not .values.persistence.enabled }}
        - name: data
          emptyDir: {}
        {{- else }}
  volumeClaimTemplates:
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: data
      spec:
        {{- include "nearcast.claim" .values.persistence | nindent 8 }}
        {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}-nodes
  labels: {{- include "nearcast.labels" . | nindent 4 }}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector: {{- include "nearcast.selector" . | nindent 4 }}
  ports:
    - {name: http, port: {{ .port }}, targetPort: http}
    - {name: admin, port: {{ .adminPort }}, targetPort: admin}
{{- if .values.service.enabled }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels: {{- include "nearcast.labels" . | nindent 4 }}
  {{- with .values.service.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ .values.service.type }}
  {{- if ne .values.service.type "ClusterIP" }}
  externalTrafficPolicy: Local
  {{- end }}
  selector: {{- include "nearcast.selector" . | nindent 4 }}
  ports:
    - {name: http, port: {{ .values.service.port }}, targetPort: http}
{{- end }}
{{- if not $daemon }}
{{- include "nearcast.disruptionBudget" (dict "root" .root "role" .role "replicas" .values.replicas) }}
{{- end }}
{{- end -}}

{{/* What a node tells the others to reach it by. */}}
{{- define "nearcast.advertised" -}}
{{- if eq .values.advertise "pod" -}}$(POD_IP)
{{- else -}}
{{- if eq .values.advertise "host" -}}$(HOST_IP){{- else -}}{{ .values.advertise }}{{- end -}}
{{- with .values.hostPort -}}:{{ . }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* The resources of a cache: where no memory is named, its limit and 256 MiB for everything else in the process. */}}
{{- define "nearcast.cacheResources" -}}
{{- $memory := printf "%dMi" (add (include "nearcast.mebibytes" .memory | int64) 256) -}}
{{- $derived := dict "requests" (dict "memory" $memory) "limits" (dict "memory" $memory) -}}
{{- toYaml (mergeOverwrite $derived (deepCopy .resources)) -}}
{{- end -}}

{{/* A claim on a volume, from {size, storageClass}. */}}
{{- define "nearcast.claim" -}}
accessModes: [ReadWriteOnce]
{{- with .storageClass }}
storageClassName: {{ . | quote }}
{{- end }}
resources:
  requests: {storage: {{ .size }}}
{{- end -}}
