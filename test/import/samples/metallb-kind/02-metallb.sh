#!/bin/bash
echo "Installing MetalLB"
kubectl apply -f https://git.example/metallb/$VERSION/metallb-native.yaml
kubectl wait --namespace metallb-system --for=condition=ready pod --selector=app=metallb --timeout=90s
SUBNET=$(docker network inspect kind -f '{{(index .IPAM.Config 0).Subnet}}')
PREFIX=$(echo $SUBNET | cut -d. -f1-2)
cat <<EOF | kubectl apply -f -
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: first, namespace: metallb-system }
spec: { addresses: ["$PREFIX.0.100-$PREFIX.0.200"] }
EOF
kubectl apply -f colors.yaml
kubectl scale deployment/red --replicas=2
