#!/bin/bash
containerlab destroy -t evpn.clab.yml --cleanup
kind delete cluster --name evpn
docker rm -f $(docker ps -aq)
