#!/usr/bin/env bats
# shellcheck disable=SC2154 # vmac.bash makes ra
# The addresses of a virtual router on a macvlan with its MAC address, by hand: what is made, whose MAC address answers, and
# that nothing is left behind. Hosts a and b, and a client c, on one segment.

load lib.bash
load vmac.bash

setup() {
    lab_begin "$BATS_TEST_TMPDIR/lab" a b c
    settings a >"$LAB/settings-before"
}

teardown() {
    lab_end "$BATS_TEST_TMPDIR/lab"
}

up() { ns a "$BUILD/vip-up" "$@"; }
down() { ns a "$BUILD/vip-down" "$@"; }
# fails STATUS MESSAGE COMMAND...
fails() {
    local status=0 expected=$1 message=$2
    shift 2
    "$@" 2>"$LAB/err" || status=$?
    cat "$LAB/err"
    [ "$status" -eq "$expected" ] && grep -qF -- "$message" "$LAB/err"
}

@test "vip-up --vmac: the virtual MAC address answers, and it alone; vip-down leaves nothing" {
    ns a sysctl -qw net.ipv4.conf.all.rp_filter=1 # strict, and the way back is through another interface
    settings a >"$LAB/settings-before"
    run up -n --vmac 51 eth0 192.0.2.100
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "make $(vmac a 4 51) on eth0 with 00:00:5e:00:01:33" ]
    [ "${lines[1]}" = "add 192.0.2.100/32 on $(vmac a 4 51)" ]
    hear c
    for _ in 1 2; do
        up --vmac 51 eth0 192.0.2.100 192.0.2.101/24
        up --vmac 52 eth0 2001:db8::100 fe80::100
        up --vmac 53 eth0 192.0.2.103/24
    done
    [ "$(vmacs a)" -eq 3 ]
    for address in 192.0.2.100 192.0.2.101 192.0.2.103 2001:db8::100 fe80::100%eth0; do
        ns c ping -c 1 -W 2 "$address"
    done
    ns c ping -c 1 -W 2 192.0.2.1
    ns c ping -c 1 -W 2 2001:db8::1
    ns a ping -c 1 -W 2 192.0.2.100
    ns a ping -c 1 -W 2 -I 192.0.2.100 192.0.2.3
    knows c 192.0.2.100 00:00:5e:00:01:33
    knows c 2001:db8::100 00:00:5e:00:02:34
    knows c fe80::100 00:00:5e:00:02:34
    knows c 192.0.2.1 02:00:00:00:00:01
    # Of the addresses, ARP and neighbour discovery say nothing with the host's own MAC address.
    until_true 5 heard '02:00:00:00:00:01 > .*who-has 192.0.2.3 tell 192.0.2.1,'
    unheard '02:00:00:00:00:01 > .*(tell|Reply) 192\.0\.2\.10[013]'
    unheard '00:00:5e:00:01:33 > .*(tell|Reply) 192\.0\.2\.1,'
    unheard '02:00:00:00:00:01 > .*advertisement, .*tgt is (2001:db8|fe80)::100'
    down --vmac 51 eth0 192.0.2.100
    [ "$(vmacs a)" -eq 3 ]
    down --vmac 51 eth0 192.0.2.101
    [ "$(vmacs a)" -eq 2 ]
    run clean a
    [ "$status" -ne 0 ]
    down --vmac 52 eth0 2001:db8::100 fe80::100
    down --vmac 53 eth0 192.0.2.103
    down --vmac 53 eth0 192.0.2.103
    clean a
}

@test "vip-up --vmac: an address that is taken, and what can carry none, leave nothing" {
    ns b ip addr add 192.0.2.50/24 dev eth0
    fails 1 "192.0.2.50 is taken: 02:00:00:00:00:02 answered" up --vmac 51 eth0 192.0.2.50
    clean a
    fails 1 "192.0.2.1 is on the interface itself, and not ours" up --vmac 51 eth0 192.0.2.1
    fails 1 "lo: it is no Ethernet interface" up --vmac 51 lo 192.0.2.100
    fails 2 "--vmac 0: not a number from 1 to 255" up --vmac 0 eth0 192.0.2.100
    fails 2 "--vmac 51: the MAC address is of IPv4 or of IPv6" up --vmac 51 eth0 192.0.2.100 2001:db8::100
    ns a ip link add theirs link eth0 type macvlan mode bridge
    ns a ip link set theirs address 00:00:5e:00:01:33
    fails 1 "eth0: the macvlan theirs there has the virtual MAC address" up --vmac 51 eth0 192.0.2.100
    fails 1 "theirs: it is a macvlan itself" up --vmac 52 theirs 192.0.2.100
    ns a ip link del theirs
    ns a ip link add "$(vmac a 4 51)" type bridge
    fails 1 "eth0: there is an interface $(vmac a 4 51) that is not ours" up --vmac 51 eth0 192.0.2.100
    ns a ip link del "$(vmac a 4 51)"
    ns a ip link add br1 type bridge
    ns a ip link set eth0 master br1
    fails 1 "eth0: it is a port of a bridge" up --vmac 51 eth0 192.0.2.100
    ns a ip link set eth0 nomaster
    ns a ip link del br1
    clean a
}

@test "vip-up --vmac: where the host follows router advertisements, the macvlan does not" {
    ns a sysctl -qw net.ipv6.conf.eth0.accept_ra=1 net.ipv6.conf.default.accept_ra=1
    up --vmac 51 eth0 192.0.2.100
    up --vmac 51 eth0 2001:db8::100
    echo "$ra" | ns b "$BUILD/sendframe" eth0
    until_true 10 has_address a 2001:db8:5::ff:fe00:1
    [ "$(ns a ip -6 -o addr show | grep -F vrrp | grep -cF 2001:db8:5:)" -eq 0 ]
    [ "$(ns a ip -6 route show default | grep -cF vrrp)" -eq 0 ]
}

@test "vrrp-run refuses before it starts what can carry no macvlan, with file, line and word" {
    printf '%s\n' '# one' 'vr if=eth0 vrid=51 name=one ip=192.0.2.100 vmac=yes' >"$LAB/a.vr"
    ns a "$BUILD/vrrp-run" -n "$LAB/a.vr"
    ns a ip link add theirs link eth0 type macvlan mode bridge
    ns a ip link set theirs address 00:00:5e:00:01:33
    fails 2 "a.vr:2: one: vmac=yes: eth0: the macvlan theirs there has the virtual MAC address" \
        ns a "$BUILD/vrrp-run" -n "$LAB/a.vr"
    ns a "$BUILD/vrrp-run" -n --shadow "$LAB/a.vr"
    ns a ip link del theirs
    ns a ip link add br1 type bridge
    ns a ip link set eth0 master br1
    fails 2 "a.vr:2: one: vmac=yes: eth0: it is a port of a bridge, and can carry no macvlan" \
        ns a "$BUILD/vrrp-run" -n "$LAB/a.vr"
    sed -i 's/eth0/lo/' "$LAB/a.vr"
    fails 2 "a.vr:2: one: vmac=yes: lo: it is no Ethernet interface" ns a "$BUILD/vrrp-run" -n "$LAB/a.vr"
    sed -i 's/=lo/=nowhere0/' "$LAB/a.vr"
    ns a "$BUILD/vrrp-run" -n "$LAB/a.vr"
}
