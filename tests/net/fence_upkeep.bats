#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark and fence.bash make variables
# fence=: how it is put up, handed on to the next run, put back, and taken away. Hosts a, with vip-follow, and b.

load lib.bash
load follow.bash
load fence.bash

setup() {
    lab_begin "$BATS_TEST_TMPDIR/lab" a b
    follow
}

teardown() {
    exec 7>&-
    lab_end "$BATS_TEST_TMPDIR/lab"
}

@test "a clean end takes it all away, and nothing else" {
    ns a nft -f - <<'END'
table inet admin {
    set fenced4 { type ipv4_addr; elements = { 192.0.2.100 }; }
    chain input { type filter hook input priority 0; ip daddr 192.0.2.99 drop; }
}
table arp vrrp {
    chain input { type filter hook input priority 0; }
}
END
    ns a nft list ruleset >"$LAB/before"
    send 51 192.0.2.100 "$words" vmac=yes
    send 52 fe80::100,2001:db8::100 "$words"
    until_true 5 has_vip a 192.0.2.100
    until_true 5 has_address a 2001:db8::100
    [ "$(tables | grep -c vrrp-tools)" -eq 3 ]
    state 51 192.0.2.100 backup
    until_true 5 lacks_vip a 192.0.2.100
    until_true 5 not_fenced 192.0.2.100
    fenced 2001:db8::100
    state 52 fe80::100,2001:db8::100 init
    exec 7>&-
    ended 0
    ns a nft list ruleset | cmp - "$LAB/before"
    [ ! -s "$LAB/err" ]
}

@test "without fence= there is none" {
    send 51 192.0.2.100 lease=60s vmac=yes
    until_true 5 has_vip a 192.0.2.100
    [ -z "$(tables)" ]
}

@test "what a killed run left stays shut until its first line; then it is taken over, or removed" {
    send 51 192.0.2.100 "$words"
    send 52 2001:db8::100 "$words"
    until_true 5 has_address a 192.0.2.100
    until_true 5 has_address a 2001:db8::100
    kill -9 "$FOLLOW"
    pings 192.0.2.100 2001:db8::100
    until_true 10 quiet 192.0.2.100
    until_true 10 quiet 2001:db8::100
    follow
    mark again
    send 60 192.0.2.106 lease=60s # another one's line
    until_true 5 has_address a 192.0.2.106
    sleep 0.3
    feed "$hold4"
    until_true 10 answered_since 192.0.2.100 "$again"
    [ "$(ping_answers ping-192.0.2.100 "$again" "$(head -n 1 "$LAB/fed")")" -eq 0 ]
    state 52 2001:db8::100 backup
    until_true 5 lacks_address a 2001:db8::100
    until_true 5 not_fenced 2001:db8::100
    fenced 192.0.2.100
    [ "$(ping_answers ping-2001:db8::100 "$again")" -eq 0 ]
    unfed
    state 51 192.0.2.100 init
    state 60 192.0.2.106 init
    exec 7>&-
    ended 0
    [ -z "$(tables)" ]
}

@test "input that ends while it is Active: the address stays for its lease, and is shut" {
    send 51 192.0.2.100 "$words"
    until_true 5 has_address a 192.0.2.100
    pings 192.0.2.100
    exec 7>&-
    ended 3
    until_true 10 quiet 192.0.2.100
    has_address a 192.0.2.100
    fenced 192.0.2.100
}

@test "two on one host do not take each other's away" {
    # shellcheck disable=SC2016 # it is for the shell inside
    start a other sh -c 'while sleep 0.1; do echo "$1"; done | "$2/vip-follow" 2>&1' other \
        "send if=eth0 vrid=60 prio=100 ip=192.0.2.106 garp=1,0s,0 $words" "$BUILD" 7>&-
    other=$PID
    send 51 192.0.2.100 "$words"
    until_true 10 has_address a 192.0.2.106
    until_true 5 has_address a 192.0.2.100
    pings 192.0.2.106
    until_true 10 answered_since 192.0.2.106 0
    mark begin
    state 51 192.0.2.100 init
    exec 7>&-
    ended 0
    fenced 192.0.2.106
    not_fenced 192.0.2.100
    until_true 10 answered_since 192.0.2.106 "$(now)"
    [ "$(unanswered 192.0.2.106 "$begin" "$(now)")" -eq 0 ]
    run grep '^vip-follow: ' "$LAB/other"
    [ -z "$output" ]
    kill -KILL -- "-$other"
    until_true 10 quiet 192.0.2.106
}

@test "somebody takes it away: it is put back with the next send" {
    feed "$hold4 vmac=yes" "$hold6"
    until_true 5 has_vip a 192.0.2.100
    until_true 5 has_address a 2001:db8::100
    pings 192.0.2.100
    until_true 10 answered_since 192.0.2.100 0
    ns a nft flush ruleset # as a firewall does that is loaded again
    until_true 5 fenced 192.0.2.100
    until_true 5 fenced 2001:db8::100
    until_true 5 eval '[ "$(tables | grep -c vrrp-tools)" -eq 3 ]'
    ns a nft list chain netdev vrrp-tools eth0 | grep -q drop
    said_times 'the fence was taken away by somebody else: put back' 1
    [ "$(unanswered 192.0.2.100 0 9e9)" -eq 0 ]
    unfed
    until_true 10 quiet 192.0.2.100
}

@test "an interface that is made again has its frames watched again" {
    ns a ip link add d0 type veth peer name d1
    ns a ip link set d0 up
    line="send if=d0 vrid=51 prio=100 ip=198.51.100.1 vmac=yes $words"
    watched() { ns a nft list chain netdev vrrp-tools d0 2>/dev/null | grep -q 'device "d0"'; }
    tell "$line"
    until_true 5 watched
    ns a ip link del d0
    ns a nft delete chain netdev vrrp-tools d0 2>"$LAB/nft" || : # not every kernel does so by itself
    until_true 5 said 'd0: no such device'
    ns a ip link add d0 type veth peer name d1
    ns a ip link set d0 up
    until_true 5 said 'd0: the device is there'
    tell "$line"
    until_true 5 watched
    until_true 5 has_vip a 198.51.100.1
    ns a ip link set d0 down
    ns a ip link set d0 name d9 # its chain has the old name
    until_true 5 said_times 'd0: no such device' 2
    ns a ip link add d0 type veth peer name d2
    ns a ip link set d0 up
    until_true 5 said_times 'd0: the device is there' 2
    tell "$line"
    until_true 5 watched
    until_true 5 has_vip a 198.51.100.1
}

@test "where there can be no fence, what asks for one is not held, until there can" {
    ns a nft add table inet vrrp-tools # not ours
    send 51 192.0.2.100 "$words"
    send 60 192.0.2.106 lease=60s
    until_true 5 has_address a 192.0.2.106
    until_true 5 said 'eth0: there can be no fence: nftables has a table vrrp-tools that is not ours; what asks for one (fence, accept=no) is not held'
    sleep 1.5
    lacks_address a 192.0.2.100
    [ "$(tables | grep -c 'inet vrrp-tools')" -eq 1 ]
    said_times 'fence' 1
    ns a nft delete table inet vrrp-tools
    until_true 5 has_address a 192.0.2.100
    fenced 192.0.2.100
}
