#!/bin/bash
echo "Creating the cluster"
cat <<EOF >/tmp/kind.yaml
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes: [{ role: control-plane }, { role: worker }]
EOF
kind create cluster --name $NAME --config /tmp/kind.yaml
kubectl get nodes -o wide
