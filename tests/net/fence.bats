#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark and fence.bash make variables
# fence=: whatever has died or hangs, a host stops answering for its virtual addresses. What is stopped, when, and what is
# not. Hosts a, with vip-follow, and b, the client, on one segment; c behind a. What counts is computed from the times of
# lines, answers and packets.

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

# behind: host c behind a, 198.51.100.2, and the way back.
behind() {
    ns_make c
    ns a ip link add d0 type veth peer name d1 netns "$(<"$LAB/c.ns")"
    ns a ip link set d0 up
    ns a ip addr add 198.51.100.1/24 dev d0
    ns a sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
    ns c ip link set d1 up
    ns c ip addr add 198.51.100.2/24 dev d1
    ns c ip route add default via 198.51.100.1
}

# b asks for the three addresses, 20 times a second each: ARP and neighbour solicitations (ICMPv6 type 135).
# Ethernet, then ARP; Ethernet, IPv6 to the solicited-node group, ICMPv6 with the target and our MAC address
request=ffffffffffff02000000000208060001080006040001020000000002c0000202000000000000c0000264
global=3333ff00010002000000000286dd6000000000203aff20010db8000000000000000000000002ff0200000000000000000001ff000100
global+=87001a290000000020010db80000000000000000000001000101020000000002
link=3333ff00010002000000000286dd6000000000203afffe800000000000000000000000000002ff0200000000000000000001ff000100
link+=8700789900000000fe8000000000000000000000000001000101020000000002
ask() {
    start b heard tcpdump -Z root -i eth0 -n -tt -l --immediate-mode 'arp or icmp6' 7>&-
    until_true 10 grep -q 'listening on' "$LAB/heard"
    # shellcheck disable=SC2016 # it is for the shell inside
    start b asked sh -c 'printf "%s\n" "$2" "$3" "$4" | "$1/sendframe" eth0 -n 100000 -r 60' asked "$BUILD" "$request" \
        "$global" "$link" 7>&-
}
# How many packets of this text were heard between two times; the time of the last.
heard() {
    awk -v text="$1" -v from="$2" -v to="$3" 'index($0, text) && $1 > from + 0 && $1 < to + 0 { n++ } END { print n + 0 }' \
        "$LAB/heard"
}
last_heard() { awk -v text="$1" 'index($0, text) { t = $1 } END { print t }' "$LAB/heard"; }
heard_since() { [ "$(heard "$1" "$2" 9e9)" -gt 5 ]; }

@test "answers to ping, ARP and neighbour discovery go on while sends do, and end in time after kill -9" {
    addresses=(192.0.2.100 2001:db8::100 fe80::100%eth0)
    questions=('who-has 192.0.2.100 tell 192.0.2.2' 'who has 2001:db8::100' 'who has fe80::100')
    answers=('Reply 192.0.2.100 is-at' 'advertisement, tgt is 2001:db8::100' 'advertisement, tgt is fe80::100')
    feed "$hold4" "$hold6"
    until_true 5 has_address a 192.0.2.100
    until_true 5 has_address a 2001:db8::100
    ask
    pings "${addresses[@]}" 192.0.2.1 2001:db8::1
    for i in 0 1 2; do
        until_true 10 answered_since "${addresses[i]}" 0
        until_true 10 heard_since "${answers[i]}" 0
    done
    mark begin
    sleep 3
    mark over
    kill -9 "$FOLLOW"
    limit=$(calc "$(last_fed) + $fence + 0.5")
    for i in 0 1 2; do
        [ "$(unanswered "${addresses[i]}" "$begin" "$over")" -eq 0 ]
        [ "$(ping_answers "ping-${addresses[i]}" "$begin" "$over")" -gt 30 ]
        asked=$(heard "${questions[i]}" "$begin" "$over") told=$(heard "${answers[i]}" "$begin" "$over")
        holds "$asked > 20 && $told > $asked - 3 && $told < $asked + 3"
        until_true 10 quiet "${addresses[i]}"
        until_true 10 heard_since "${questions[i]}" "$limit"
        shut_in_time "$(last_fed)" "$(last_answer "${addresses[i]}")"
        shut_in_time "$(last_fed)" "$(last_heard "${answers[i]}")"
        has_address a "${addresses[i]%\%*}"
    done
    # what it has by itself is not concerned
    for address in 192.0.2.1 2001:db8::1; do
        answered_since "$address" "$limit"
        [ "$(unanswered "$address" "$begin" 9e9)" -eq 0 ]
    done
}

@test "when sends stop, nothing comes in or goes out, for who knows the MAC address either" {
    for address in 192.0.2.100 2001:db8::100 fe80::100; do
        knows_mac "$address"
    done
    # how many requests its kernel has got that it would answer
    echoes() { ns a sh -c 'grep "^Icmp:" /proc/net/snmp | cut -d" " -f10; grep Icmp6InEchos /proc/net/snmp6'; }
    feed "$hold4" "$hold6"
    pings 192.0.2.100 2001:db8::100 fe80::100%eth0
    until_true 10 answered_since 192.0.2.100 0
    until_true 10 answered_since 2001:db8::100 0
    ns a ping -c 1 -W 5 -I 192.0.2.100 192.0.2.2
    unfed
    until_true 10 quiet 192.0.2.100
    until_true 10 quiet 2001:db8::100
    shut_in_time "$(last_fed)" "$(last_answer 192.0.2.100)"
    shut_in_time "$(last_fed)" "$(last_answer 2001:db8::100)"
    has_address a 192.0.2.100
    # nor does any of it get so far that it would be answered, with either of two chains
    echoes >"$LAB/before"
    until_true 10 quiet 192.0.2.100
    ns a nft delete chain inet vrrp-tools prerouting
    sleep 0.5
    until_true 10 quiet fe80::100%eth0
    echoes | cmp - "$LAB/before"
    run ns a ping -c 1 -W 1 -I 192.0.2.100 192.0.2.2
    [ "$status" -ne 0 ]
    ns a ping -c 1 -W 5 -I 192.0.2.1 192.0.2.2
    feed "$hold4" "$hold6"
    until_true 10 answered_since 192.0.2.100 "$(now)"
    until_true 10 answered_since 2001:db8::100 "$(now)"
    [ ! -s "$LAB/err" ]
}

@test "what is translated to another machine, and frames for the virtual MAC address, are stopped, and no others" {
    behind
    ns a nft -f - <<'END'
table ip admin {
    chain to-c {
        type nat hook prerouting priority dstnat
        ip daddr 192.0.2.100 icmp type echo-request dnat to 198.51.100.2
    }
}
END
    ns a nft list table ip admin >"$LAB/before"
    # a client that has the virtual MAC address as its gateway
    ns b ip neigh replace 192.0.2.254 lladdr 00:00:5e:00:01:33 nud permanent dev eth0
    ns b ip route add 198.51.100.2 via 192.0.2.254
    ns b ip route add 198.51.100.1 via 192.0.2.1
    knows_mac 192.0.2.100
    feed "$hold4 vmac=yes"
    pings 192.0.2.100 198.51.100.2 198.51.100.1
    until_true 10 answered_since 192.0.2.100 0
    until_true 10 answered_since 198.51.100.2 0
    until_true 10 answered_since 198.51.100.1 0
    mark begin
    sleep 1
    kill -9 "$FOLLOW"
    mark end
    for address in 192.0.2.100 198.51.100.2; do
        [ "$(unanswered "$address" "$begin" "$end")" -eq 0 ]
        until_true 10 quiet "$address"
        shut_in_time "$(last_fed)" "$(last_answer "$address")"
    done
    [ "$(unanswered 198.51.100.1 "$begin" "$(now)")" -eq 0 ]
    ns a nft list table ip admin | cmp - "$LAB/before"
    # what only passes through to who has the address now is not stopped
    ns a nft delete table ip admin
    ns b ip route replace 198.51.100.2 via 192.0.2.1
    ns a ip link del "vrrp4.51.$(ns a ip -o link show dev eth0 | cut -d: -f1)"
    ns b ip addr add 192.0.2.100/32 dev eth0
    ns c ping -c 1 -W 5 192.0.2.100
    fenced 192.0.2.100
}

@test "an address of the host's own is never fenced, whoever names it" {
    ns a ip addr add 192.0.2.100/24 dev eth0
    feed "send if=eth0 vrid=51 prio=255 ip=192.0.2.1,192.0.2.100,192.0.2.101 garp=1,0s,0 $words"
    until_true 5 has_address a 192.0.2.101
    pings 192.0.2.1 192.0.2.100 192.0.2.101
    until_true 10 answered_since 192.0.2.101 0
    kill -9 "$FOLLOW"
    until_true 10 quiet 192.0.2.101
    answered_since 192.0.2.1 "$(calc "$(now) - 0.5")"
    answered_since 192.0.2.100 "$(calc "$(now) - 0.5")"
    [ "$(unanswered 192.0.2.1 0 9e9)" -eq 0 ]
}

@test "a whole chain: all its stages are killed, and the host is silent long before its leases end" {
    exec 7>&-
    ended 0
    for family in 4 6; do
        vr_conf "$LAB/a.$family" 3 "$family" 100 interval=100ms down-factor=5 fence=yes
    done
    cat "$LAB/a.4" "$LAB/a.6" >"$LAB/a.vr"
    chain_start a
    pings "$VIP4" "$VIP6"
    until_true 10 answered_since "$VIP4" 0
    until_true 10 answered_since "$VIP6" 0
    grep -q ' send .* fence=500ms' "$LAB/a.out"
    mark killed
    chain_kill a
    until_true 10 quiet "$VIP4"
    until_true 10 quiet "$VIP6"
    holds "$(last_answer "$VIP4") < $killed + 1 && $(last_answer "$VIP6") < $killed + 1"
    has_address a "$VIP4"
    has_address a "$VIP6"
}
