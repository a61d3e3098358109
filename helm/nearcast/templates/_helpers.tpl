{{/* The name of this release's things. Short, for pods' names, with the PoP before them, are nodes' ids: at most 63. */}}
{{- define "nearcast.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 24 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 24 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 24 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What selects the pods of one role. Takes (dict "root" $ "role" ROLE). */}}
{{- define "nearcast.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end -}}

{{/* The labels of everything of one role. Takes (dict "root" $ "role" ROLE). */}}
{{- define "nearcast.labels" -}}
{{ include "nearcast.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: nearcast
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "nearcast.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* The control planes that nodes follow, with commas between. */}}
{{- define "nearcast.controlPlanes" -}}
{{- if .Values.controlPlane.enabled -}}
http://{{ include "nearcast.fullname" . }}-control-plane.{{ .Release.Namespace }}.svc:7000
{{- else -}}
{{- join "," .Values.controlPlane.urls -}}
{{- end -}}
{{- end -}}

{{/* The secret with the nodes' token. */}}
{{- define "nearcast.tokenSecret" -}}
{{- .Values.token.existingSecret | default (printf "%s-node-token" (include "nearcast.fullname" .)) -}}
{{- end -}}

{{/* True where the control plane of this release has to make the nodes' token. */}}
{{- define "nearcast.makesToken" -}}
{{- if and .Values.controlPlane.enabled (not .Values.token.existingSecret) (not .Values.token.value) -}}true{{- end -}}
{{- end -}}

{{/* A SIZE of Nearcast (a number with k, m, g or t) in MiB, rounded up. */}}
{{- define "nearcast.mebibytes" -}}
{{- $text := . | toString | lower -}}
{{- $number := regexFind "^[0-9]+" $text | int64 -}}
{{- $unit := trimPrefix (regexFind "^[0-9]+" $text) $text -}}
{{- if eq $unit "t" -}}{{ mul $number 1048576 }}
{{- else if eq $unit "g" -}}{{ mul $number 1024 }}
{{- else if eq $unit "m" -}}{{ $number }}
{{- else if eq $unit "k" -}}{{ div (add $number 1023) 1024 }}
{{- else -}}{{ div (add $number 1048575) 1048576 }}
{{- end -}}
{{- end -}}

{{/* What every pod has. Takes (dict "root" $ "role" ROLE "values" VALUES-OF-THE-ROLE). */}}
{{- define "nearcast.podSettings" -}}
automountServiceAccountToken: false
# Service links would be variables that begin with NEARCAST_, as the roles' options do.
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "nearcast.selector" $ | nindent 8 }}
  {{- end }}
{{- with .values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* What every container of a role has: image, rights, environment (last, so that more of it may follow). Takes (dict "root" $ "values" VALUES-OF-THE-ROLE). */}}
{{- define "nearcast.containerSettings" -}}
image: {{ include "nearcast.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
env:
  - name: POD_NAME
    valueFrom: {fieldRef: {fieldPath: metadata.name}}
  - name: POD_IP
    valueFrom: {fieldRef: {fieldPath: status.podIP}}
  - name: HOST_IP
    valueFrom: {fieldRef: {fieldPath: status.hostIP}}
  {{- with .values.javaOpts }}
  - name: NEARCAST_JAVA_OPTS
    value: {{ . | quote }}
  {{- end }}
{{- end -}}

{{/* The options by which a node belongs to a CDN. Takes (dict "root" $ "id" ID). */}}
{{- define "nearcast.membership" -}}
- --control-plane={{ include "nearcast.controlPlanes" .root }}
- --token-file=/etc/nearcast/token/token
- --id={{ .id }}
- --data=/var/lib/nearcast
{{- end -}}

{{/* The volume of the nodes' token. The pod waits until the secret has it; a changed secret reaches the file by itself. */}}
{{- define "nearcast.tokenVolume" -}}
- name: token
  secret:
    secretName: {{ include "nearcast.tokenSecret" . }}
    defaultMode: 0440
    items:
      - {key: {{ .Values.token.key }}, path: token}
{{- end -}}

{{/* Probes on a role's admin endpoint, by the port's name. A start may take a while: it waits for the first feed. */}}
{{- define "nearcast.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: {{ . }}}
  periodSeconds: 2
  failureThreshold: 90
livenessProbe:
  httpGet: {path: /healthz, port: {{ . }}}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: {{ . }}}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
{{- end -}}

{{/* How long a pod may take to stop: as before for preStopSeconds; then the node gives requests 10 s, and needs a little. */}}
{{- define "nearcast.graceSeconds" -}}
{{- add .preStopSeconds 20 -}}
{{- end -}}

{{/* Lets one pod of a role go at a time, where there are several. Takes (dict "root" $ "role" ROLE "replicas" N). */}}
{{- define "nearcast.disruptionBudget" -}}
{{- if gt (int .replicas) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "nearcast.fullname" .root }}-{{ .role }}
  labels: {{- include "nearcast.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "nearcast.selector" . | nindent 6 }}
{{- end }}
{{- end -}}
