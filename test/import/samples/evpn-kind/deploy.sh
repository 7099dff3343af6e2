#!/usr/bin/env bash
set -euo pipefail

CLUSTER=evpn
IMAGE=web:local

if ! command -v kind >/dev/null; then
  echo "kind is missing" >&2
  exit 1
fi

# leftovers of an earlier try
kind delete cluster --name "$CLUSTER" || true

echo "== images =="
docker build -t "$IMAGE" web/
docker pull quay.io/frrouting/frr:10.1.0

echo "== cluster =="
kind create cluster --name "$CLUSTER" --config kind.yaml
kind load docker-image "$IMAGE" --name "$CLUSTER"

echo "== fabric =="
containerlab deploy -t evpn.clab.yml
sleep 20

for node in control-plane worker worker2; do
  docker exec "$CLUSTER-$node" ip link set eth1 up
  docker exec "$CLUSTER-$node" ip route add 10.0.0.0/8 via 192.168.7.1
done

docker exec evpn-control-plane sysctl -w net.ipv4.ip_forward=1
docker exec clab-evpn-leaf1 bash /scripts/vxlan.sh
docker exec clab-evpn-leaf2 bash /scripts/vxlan.sh

echo "== MetalLB =="
helm repo add metallb https://metallb.github.io/metallb
helm repo update
helm install metallb metallb/metallb -n metallb-system --create-namespace --version 0.14.9
until kubectl get pods -n metallb-system | grep -q Running; do
  sleep 5
done
kubectl apply -f pool.yaml
kubectl create namespace web
kubectl create secret generic web -n web --from-literal=password=hunter22
kubectl apply -n web -f - <<EOF
apiVersion: v1
kind: ConfigMap
metadata:
  name: page
data:
  greeting: hello
EOF
kubectl apply -f web.yaml
kubectl rollout status deployment/web --timeout=120s
kubectl annotate service web lab=evpn
EXTERNAL=$(kubectl get svc web -o jsonpath='{.status.loadBalancer.ingress[0].ip}')
docker exec clab-evpn-client ip route add "$EXTERNAL/32" via 10.0.5.1
./announce.py --all
