#!/usr/bin/env bats
# What vrrp-run can know of an interface before it starts anything: what cannot work there is refused, with file, line and word.

load lib.bash

setup() {
    lab_begin "$BATS_TEST_TMPDIR/lab" us
}

teardown() {
    lab_end "$BATS_TEST_TMPDIR/lab"
}

# run_n LINE [OPTION...]: the status and what is said of it
run_n() {
    printf '# one\n%s\n' "$1" >"$LAB/a.vr"
    shift
    status=0
    ns us "$BUILD/vrrp-run" -n "$@" "$LAB/a.vr" >"$LAB/out" 2>"$LAB/err" || status=$?
    cat "$LAB/err"
}

@test "priority 255 of who does not own the addresses" {
    local own
    own=$(host_address us 4)
    run_n "vr if=eth0 vrid=51 prio=255 ip=$own"
    [ "$status" -eq 0 ]
    run_n "vr if=eth0 vrid=51 name=web prio=255 ip=$own,192.0.2.100"
    [ "$status" -eq 2 ]
    grep -q "a.vr:2: web: prio=255 is the owner's, and eth0 has not all of ip= itself" "$LAB/err"
    [ ! -s "$LAB/out" ]
    run_n "vr if=eth0 vrid=51 prio=255 ip=192.0.2.100" --shadow # whose keepalived may set it yet
    [ "$status" -eq 0 ]
    run_n "vr if=nowhere0 vrid=51 prio=255 ip=192.0.2.100" # it is waited for
    [ "$status" -eq 0 ]
    # A virtual address that we set ourselves once makes no owner.
    ns us "$BUILD/vip-up" eth0 192.0.2.100
    run_n "vr if=eth0 vrid=51 prio=255 ip=192.0.2.100"
    [ "$status" -eq 2 ]
    ns us "$BUILD/vip-down" eth0 192.0.2.100
}

@test "more addresses than the MTU holds" {
    local many
    many=$(printf '192.0.2.%d,' {100..140})
    ns us ip link set eth0 mtu 190
    run_n "vr if=eth0 vrid=51 name=web ip=${many%,}"
    [ "$status" -eq 2 ]
    grep -q "a.vr:2: web: with 41 addresses an advertisement has 192 bytes, and the MTU of eth0 is 190: excluded= takes more" \
        "$LAB/err"
    run_n "vr if=eth0 vrid=51 ip=192.0.2.99 excluded=${many%,}"
    [ "$status" -eq 0 ]
    ns us ip link set eth0 mtu 192
    run_n "vr if=eth0 vrid=51 ip=${many%,}"
    [ "$status" -eq 0 ]
    run_n "vr if=eth0 vrid=51 ver=2 ip=${many%,}"
    [ "$status" -eq 2 ]
}
