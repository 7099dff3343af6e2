#!/bin/bash
ip netns exec h1 ping -c 3 10.4.0.10
ip netns exec h1 traceroute -n 10.4.0.10
ip netns exec r1 ip route show
