#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# accept=no (Accept_Mode False): an Active is a gateway, answers ARP and neighbour discovery, and is otherwise not there for
# who asks its virtual addresses. The client's own view, beside keepalived's no_accept. At 200 ms.

load lib.bash
bats_require_minimum_version 1.5.0

OUTSIDE=203.0.113.100 OUTSIDE6=2001:db8:1::100
PORT=7000

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario closed closed
    scenario six six
    scenario changes changes
    scenario killed killed
    scenario peer peer
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

# --- what the client sees --------------------------------------------------------------------------------------------

pings() { ns client ping -n -c 1 -W 1 "$1"; }
no_ping() { ! pings "$1"; }
connects() { ns client timeout 1 bash -c "exec 5<>/dev/tcp/$1/$PORT"; }
refused() { ! connects "$1"; }
# It asks for the MAC address, and gets it.
resolves() {
    ns client ip neigh flush dev eth0
    ns client ping -n -c 1 -W 1 "$1" || :
    ns client ip neigh show to "$1" dev eth0 | grep -q lladdr
}
# It asks the one that it knows, by unicast, whether it is there still.
confirms() {
    local mac
    mac=$(ns client ip neigh show to "$1" dev eth0 | sed -n 's/.*lladdr \([^ ]*\).*/\1/p')
    ns client ip neigh change "$1" lladdr "$mac" dev eth0 nud probe
    until_true 5 is_reachable "$1"
}
is_reachable() { ns client ip neigh show to "$1" dev eth0 | grep -q REACHABLE; }
arp_answered() { ns client arping -q -c 1 -w 1 -I eth0 "$1"; }
# behind HOST...: a host of its own behind each, with OUTSIDE, which the client reaches through the virtual address only.
behind() {
    local host
    for host; do
        ns_make "$host-behind"
        ns "$host" ip link add d0 type veth peer name d1 netns "$(<"$LAB/$host-behind.ns")"
        ns "$host" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
        ns "$host" ip link set d0 up
        ns "$host" ip addr add 203.0.113.1/24 dev d0
        ns "$host" ip addr add 2001:db8:1::1/64 dev d0 nodad
        ns "$host" ip addr add fe80::1/64 dev d0 nodad # without one it solicits nobody
        ns "$host-behind" ip link set d1 up
        ns "$host-behind" ip addr add "$OUTSIDE/24" dev d1
        ns "$host-behind" ip addr add "$OUTSIDE6/64" dev d1 nodad
        ns "$host-behind" ip route add default via 203.0.113.1
        ns "$host-behind" ip route add default via 2001:db8:1::1
    done
    ns client ip route add 203.0.113.0/24 via "$VIP4"
    ns client ip route add 2001:db8:1::/64 via "$VIP6_LL" dev eth0
}
listener() { # HOST: on all its addresses
    start "$1" "$1.listener" python3 -c "import socket
s = socket.create_server(('::', $PORT), family=socket.AF_INET6, dualstack_ipv6=True)
while True: s.accept()[0].close()"
    until_true 10 listens "$1"
}
listens() { ns "$1" ss -Hltn "sport = $PORT" | grep -q .; }

router() { # HOST FAMILY PRIORITY [KEY=VALUE...]
    local host=$1 family=$2 prio=$3
    shift 3
    vr_conf "$LAB/$host.vr" 3 "$family" "$prio" interval=200ms "$@"
    chain_start "$host" -p
}
element() { ns "$1" nft list table inet vrrp-tools 2>/dev/null | grep -q "elements = .*$2"; } # HOST ADDRESS
no_table() { [ "$(ns "$1" nft list tables | grep -c vrrp-tools)" -eq 0 ]; }

# --- the stories -----------------------------------------------------------------------------------------------------

# With a fence, too, and an address of the other family that no advertisement names.
closed() {
    lab_begin "$LAB" us client
    behind us
    listener us
    router us 4 100 accept=no fence=yes "excluded=$VIP6/64"
    until_true 10 has_address us "$VIP4"
    until_true 10 pings "$OUTSIDE"
    arp_answered "$VIP4"
    resolves "$VIP6"
    confirms "$VIP6"
    no_ping "$VIP4"
    no_ping "$VIP6"
    refused "$VIP4"
    refused "$VIP6"
    pings 192.0.2.1
    pings 2001:db8::1
    connects 192.0.2.1
    ns us ping -n -c 1 -W 1 192.0.2.2
    # what is translated on the way in was not for this host's programs
    ns us nft add table ip nat
    ns us nft 'add chain ip nat in { type nat hook prerouting priority dstnat; }'
    ns us nft add rule ip nat in ip daddr "$VIP4" tcp dport "$PORT" dnat to "$OUTSIDE"
    listener us-behind
    connects "$VIP4"
    # a firewall that loads its rules takes ours with it
    ns us nft flush ruleset
    until_true 5 element us "$VIP4"
    no_ping "$VIP4"
    grep -q 'the fence was taken away' "$LAB/us.follow.err"
    chain_stop us
    lacks_address us "$VIP4"
    no_table us
}

# Link-local addresses, and those of a macvlan.
six() {
    lab_begin "$LAB" us client
    behind us
    listener us
    router us 6 100 accept=no vmac=yes
    until_true 10 pings "$OUTSIDE6"
    resolves "$VIP6_LL"
    confirms "$VIP6_LL"
    resolves "$VIP6"
    ns client ip neigh show to "$VIP6" | grep 00:00:5e:00:02:33
    confirms "$VIP6"
    no_ping "$VIP6"
    no_ping "$VIP6_LL%eth0"
    refused "$VIP6"
    refused "$VIP6_LL%eth0"
    pings fe80::1%eth0
    connects 2001:db8::1
    chain_stop us
    no_table us
}

# While it is Active; at last it owns the addresses.
changes() {
    lab_begin "$LAB" us client
    listener us
    vr_conf "$LAB/us.vr" 3 4 100 interval=200ms
    run_start us
    until_true 10 pings "$VIP4"
    for accept in no yes no; do
        vr_conf "$LAB/us.vr" 3 4 100 interval=200ms accept=$accept
        kill -HUP "$RUN"
        if [ "$accept" = no ]; then
            until_true 10 refused "$VIP4"
            no_ping "$VIP4"
        else
            until_true 10 connects "$VIP4"
        fi
    done
    # a file with an owner that has not the address would be refused; it is about what elect tells
    ctl us vr if=eth0 vrid=51 prio=255 interval=200ms "ip=$VIP4/24" accept=no
    until_true 10 pings "$VIP4"
    connects "$VIP4"
    ctl us status >"$LAB/us.statuses"
    run_stop us
    no_table us
}

# All die, and the next run accepts: nothing of before stands in its way, or is left behind.
killed() {
    lab_begin "$LAB" us client
    router us 4 100 accept=no down-factor=20
    until_true 10 has_address us "$VIP4"
    until_true 10 element us "$VIP4"
    no_ping "$VIP4"
    chain_kill us
    has_address us "$VIP4"
    no_ping "$VIP4"
    router us 4 100
    until_true 10 pings "$VIP4"
    chain_kill us
    router us 4 100 accept=no
    until_true 10 element us "$VIP4"
    no_ping "$VIP4"
    chain_stop us
    no_table us
}

# The client cannot tell which of the two is Active.
peer() {
    lab_begin "$LAB" us peer client
    behind us peer
    keepalived_start peer 3 4 100 0.2 no_accept
    until_true 10 has_address peer "$VIP4"
    until_true 10 pings "$OUTSIDE"
    no_ping "$VIP4"
    arp_answered "$VIP4"
    router us 4 150 accept=no
    until_true 10 has_address us "$VIP4"
    until_true 10 lacks_address peer "$VIP4"
    until_true 10 pings "$OUTSIDE"
    no_ping "$VIP4"
    arp_answered "$VIP4"
    chain_stop us
    until_true 10 has_address peer "$VIP4"
    until_true 10 pings "$OUTSIDE"
    no_ping "$VIP4"
    no_table us
    keepalived_stop peer
}

# --- what came of them -----------------------------------------------------------------------------------------------

@test "not accepted: ping and TCP; answered: ARP and neighbour discovery; forwarded as before" {
    finished closed
    grep -q ' send .* accept=no' "$LAB/us.out"
    grep -q ' state .* accept=no' "$LAB/us.out"
}

@test "the same for link-local addresses, on a macvlan" {
    finished six
}

@test "a reload changes it without a failover; the owner accepts always" {
    finished changes
    [ "$(sed -n 's/.* master-transitions=\([0-9]*\).*/\1/p' "$LAB/us.statuses")" -eq 1 ]
}

@test "nothing stands in the way of who accepts after kill -9, and nothing is left" {
    finished killed
    run ! grep 'removed: no fresh send' "$LAB/us.follow.err"
}

@test "keepalived with no_accept and we are the same to a client" {
    finished peer
}
