#!/usr/bin/env bats
# The systemd units: systemd takes them, they are installed with the paths of PREFIX, and they give what is needed and no
# more.

setup_file() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    release=${BUILD:-$root/build}
    release=${release%/asan}
    export root
    export prefix=$BATS_FILE_TMPDIR/opt
    export units=$prefix/lib/systemd/system
    # -o all: what was built is installed as it is, also when the flags of this make are others
    make -s -C "$root" -o all install BUILD="$release" PREFIX="$prefix"
}

# setting UNIT NAME: its values, a word a line.
setting() {
    sed -n "s/^$2=//p" "$units/$1" | tr ' ' '\n' | grep . | sort
}

@test "systemd-analyze verify has nothing to say" {
    run systemd-analyze verify --man=no "$units"/*.service
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "no path is left to be filled in, and each program is of PREFIX" {
    run grep -rn '@PREFIX@' "$units"
    [ "$status" -eq 1 ]
    grep -qx "ExecStart=$prefix/bin/vrrp-run /etc/vrrp-tools/vr.conf" "$units/vrrp-tools.service"
}

# The figure of `systemd-analyze security`, 0 to 10, in tenths: a unit of the usual kind has 96.
exposed_at_most() {
    systemd-analyze security --no-pager --offline=yes --threshold="$2" "$units/$1" >"$BATS_TEST_TMPDIR/out" 2>&1 && return
    tail -n 1 "$BATS_TEST_TMPDIR/out"
    return 1
}

@test "exposure: 2.2" {
    exposed_at_most vrrp-tools.service 22
}

@test "the router's unit gives the capabilities that the stages need at the start, and no others" {
    # of the table in vrrp-tools(7)
    sed -n '/^\.It Xr \(vrrp-listen\|vrrp-elect\|vrrp-advert\|vip-follow\) /p' \
        "$root/man/vrrp-tools.7" | awk -F ' Ta ' 'NF == 5 { print $2 }' | tr -d , | tr ' ' '\n' | grep CAP_ | sort -u \
        >"$BATS_TEST_TMPDIR/needed"
    [ -s "$BATS_TEST_TMPDIR/needed" ]
    setting vrrp-tools.service AmbientCapabilities | diff "$BATS_TEST_TMPDIR/needed" -
    setting vrrp-tools.service CapabilityBoundingSet | diff "$BATS_TEST_TMPDIR/needed" -
}

@test "nothing runs as root" {
    grep -qx 'User=vrrp-tools' "$units/vrrp-tools.service"
    grep -q '^u vrrp-tools ' "$prefix/lib/sysusers.d/vrrp-tools.conf"
    grep -qx 'NoNewPrivileges=yes' "$units/vrrp-tools.service"
}
