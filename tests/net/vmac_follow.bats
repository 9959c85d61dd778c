#!/usr/bin/env bats
# shellcheck disable=SC2154 # vmac.bash makes ra, follow.bash FOLLOW
# vip-follow and vmac=yes, fed with lines by hand: when there is a macvlan, what becomes of it, and that nothing is left
# behind. Hosts a and b, and a client c, on one segment; vip-follow on a.

load lib.bash
load follow.bash
load vmac.bash

setup() {
    lab_begin "$BATS_TEST_TMPDIR/lab" a b c
    settings a >"$LAB/settings-before"
}

teardown() {
    exec 7>&-
    lab_end "$BATS_TEST_TMPDIR/lab"
}

# on HOST 4|6 VRID ADDRESS: it is on that macvlan, which is up.
on() { ns "$1" ip -o addr show dev "$(vmac "$1" "$2" "$3")" up 2>/dev/null | grep -qF " $4/"; }
active() { # VRID IP...
    send "$1" "$2" vmac=yes lease=60s "${@:3}"
}

@test "what is held is on a macvlan, what is not has none; a backup, a clean end, leave nothing" {
    follow
    state 51 192.0.2.100 backup
    active 51 192.0.2.100/24,192.0.2.101
    active 52 192.0.2.102
    active 51 fe80::100,2001:db8::100
    until_true 5 on a 4 51 192.0.2.101
    until_true 5 on a 4 52 192.0.2.102
    until_true 5 on a 6 51 2001:db8::100
    [ "$(vmacs a)" -eq 3 ]
    for address in 192.0.2.100 192.0.2.102 2001:db8::100 fe80::100%eth0; do
        ns c ping -c 1 -W 2 "$address"
    done
    knows c 192.0.2.102 00:00:5e:00:01:34
    tell "state if=eth0 vrid=51 af=4 from=active to=backup why=test prio=100 interval=100ms vmac=yes"
    until_true 5 lacks_vmac a 4 51
    on a 4 52 192.0.2.102
    on a 6 51 fe80::100
    send 52 192.0.2.102 # no longer with its MAC address
    until_true 5 lacks_vmac a 4 52
    until_true 5 has_address a 192.0.2.102
    tell "state if=eth0 vrid=52 from=active to=init why=test prio=100 interval=100ms ip=192.0.2.102"
    tell "state if=eth0 vrid=51 from=active to=init why=test prio=100 interval=100ms ip=fe80::100,2001:db8::100"
    exec 7>&-
    ended 0
    clean a
    [ ! -s "$LAB/err" ]
}

@test "what somebody does to the macvlan, its alias or the interface below is put right" {
    follow
    active 51 192.0.2.100
    until_true 5 on a 4 51 192.0.2.100
    ns a ip link del "$(vmac a 4 51)"
    until_true 5 on a 4 51 192.0.2.100
    ns a ip link set "$(vmac a 4 51)" down
    until_true 5 has_vmac a 4 51
    ns a ip link set "$(vmac a 4 51)" alias mine
    ns a ip addr flush dev "$(vmac a 4 51)"
    until_true 5 on a 4 51 192.0.2.100
    ns a ip link set eth0 down
    ns a ip link set eth0 up
    ns a ip addr add 2001:db8::1/64 dev eth0 nodad
    ns a ip addr add fe80::1/64 dev eth0 nodad
    ns c ip neigh flush dev eth0
    until_true 10 ns c ping -c 1 -W 1 192.0.2.100
    knows c 192.0.2.100 00:00:5e:00:01:33
    ns a sysctl -qw net.ipv4.conf.eth0.arp_announce=1 # by somebody else: it is his now
    state 51 192.0.2.100 backup
    until_true 5 lacks_vmac a 4 51
    [ "$(ns a sysctl -n net.ipv4.conf.eth0.arp_announce)" -eq 1 ]
    ns a sysctl -qw net.ipv4.conf.eth0.arp_announce=0
    exec 7>&-
    ended 0
    clean a
}

@test "killed, what it left is gone with the next start; what is made by hand and what another has is not" {
    ns a sysctl -qw net.ipv4.conf.eth0.arp_announce=1
    settings a >"$LAB/settings-before"
    # shellcheck disable=SC2016 # it is for the shell inside
    start a other bash -c '{ echo "send if=eth0 vrid=60 prio=100 interval=100ms ip=192.0.2.160 vmac=yes"; sleep 100; } |
        "$1/vip-follow"' other "$BUILD"
    until_true 5 on a 4 60 192.0.2.160
    ns a "$BUILD/vip-up" -F -g 0 --vmac 61 eth0 192.0.2.161
    ns a "$BUILD/vip-up" -F -g 0 -l 1s --vmac 62 eth0 192.0.2.162
    follow
    active 51 192.0.2.100
    active 52 2001:db8::100
    until_true 5 on a 4 51 192.0.2.100
    until_true 5 on a 6 52 2001:db8::100
    [ "$(ns a sysctl -n net.ipv4.conf.eth0.arp_announce)" -eq 2 ]
    kill -9 "$FOLLOW"
    exec 7>&-
    ended 137
    on a 4 51 192.0.2.100
    until_true 5 eval '! on a 4 62 192.0.2.162' # its lease has ended
    follow
    said '3 macvlans of an earlier run that was killed are removed'
    [ "$(vmacs a)" -eq 2 ]
    on a 4 60 192.0.2.160
    on a 4 61 192.0.2.161
}

@test "where there can be none it is said, once, told to the election, and tried again" {
    mkfifo "$LAB/fifo"
    exec 6<>"$LAB/fifo"
    follow -C "$LAB/fifo"
    ns a ip link add theirs link eth0 type macvlan mode bridge
    ns a ip link set theirs address 00:00:5e:00:01:33 up
    tell "state if=eth0 vrid=51 name=one from=init to=backup why=startup prio=100 interval=100ms ip=192.0.2.100 vmac=yes"
    until_true 5 said 'eth0: one: there can be no macvlan with the virtual MAC address: the macvlan theirs there has the virtual MAC address'
    timeout 5 grep -qm 1 'track name=vip:one state=down' <&6
    send 51 192.0.2.100 vmac=yes name=one
    sleep 2.5
    said_times 'no macvlan' 1
    [ "$(vmacs a)" -eq 0 ]
    ns a ip link del theirs
    until_true 5 on a 4 51 192.0.2.100
    timeout 5 grep -qm 1 'track name=vip:one state=up' <&6
    said 'eth0: one: there can be a macvlan again'
    exec 6>&-
}

@test "an address that the interface has itself stays there, and is announced from there" {
    follow
    hear c
    active 51 192.0.2.1/24,192.0.2.100 announce=yes
    until_true 5 said 'eth0: 192.0.2.1/24 is there already and not ours'
    until_true 5 on a 4 51 192.0.2.100
    until_true 5 heard '02:00:00:00:00:01 > .*(tell|Announcement) 192.0.2.1,'
    until_true 5 heard '00:00:5e:00:01:33 > .*(tell|Announcement) 192.0.2.100,'
    unheard '00:00:5e:00:01:33 > .*(tell|Announcement) 192.0.2.1,'
    state 51 192.0.2.1/24,192.0.2.100 backup
    until_true 5 lacks_vmac a 4 51
    has_address a 192.0.2.1
}

@test "where the host follows router advertisements, its macvlans do not" {
    ns a sysctl -qw net.ipv6.conf.eth0.accept_ra=1 net.ipv6.conf.default.accept_ra=1
    follow
    active 51 192.0.2.100
    until_true 5 on a 4 51 192.0.2.100
    echo "$ra" | ns b "$BUILD/sendframe" eth0
    until_true 10 has_address a 2001:db8:5::ff:fe00:1
    [ "$(ns a ip -6 -o addr show | grep -F vrrp | grep -cF 2001:db8:5:)" -eq 0 ]
    [ ! -s "$LAB/err" ]
}
