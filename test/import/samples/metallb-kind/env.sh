export NAME=cluster01
export VERSION=v0.14.9
