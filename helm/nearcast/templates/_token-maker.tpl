{{/* The container beside the control plane that keeps a node token in a secret. */}}
{{- define "nearcast.tokenMaker" -}}
{{- $secret := printf "https://kubernetes.default.svc/api/v1/namespaces/%s/secrets/%s" .Release.Namespace (include "nearcast.tokenSecret" .) -}}
command:
  - bash
  - /etc/nearcast/node-token/node-token.sh
  - http://127.0.0.1:7000
  - /var/lib/nearcast/admin.token
  - {{ $secret }}
  - /var/run/secrets/kubernetes.io/serviceaccount
resources:
  requests: {cpu: 10m, memory: 32Mi}
  limits: {memory: 32Mi}
volumeMounts:
  - {name: data, mountPath: /var/lib/nearcast, readOnly: true}
  - {name: node-token, mountPath: /etc/nearcast/node-token, readOnly: true}
  - {name: service-account, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
  - {name: tmp, mountPath: /tmp}
{{- end -}}

{{/* Its volumes; only this container of the pod gets the service account's token. */}}
{{- define "nearcast.tokenMakerVolumes" -}}
- name: node-token
  configMap: {name: {{ include "nearcast.fullname" . }}-node-token}
- name: service-account
  projected:
    defaultMode: 0440
    sources:
      - serviceAccountToken: {path: token, expirationSeconds: 3600}
      - configMap:
          name: kube-root-ca.crt
          items:
            - {key: ca.crt, path: ca.crt}
{{- end -}}
