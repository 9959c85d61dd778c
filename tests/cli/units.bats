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
    grep -qx "ExecStart=$prefix/bin/vrrp-run --events /run/vrrp-hook/events /etc/vrrp-tools/vr.conf" \
        "$units/vrrp-tools.service"
    grep -qx "ExecStart=$prefix/bin/vrrp-hook /etc/vrrp-tools/notify" "$units/vrrp-hook.service"
}

# The figure of `systemd-analyze security`, 0 to 10, in tenths: a unit of the usual kind has 96.
exposed_at_most() {
    systemd-analyze security --no-pager --offline=yes --threshold="$2" "$units/$1" >"$BATS_TEST_TMPDIR/out" 2>&1 && return
    tail -n 1 "$BATS_TEST_TMPDIR/out"
    return 1
}

@test "exposure: 2.1, and of the hook 1.5" {
    exposed_at_most vrrp-tools.service 21
    exposed_at_most vrrp-hook.service 15
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
    local unit
    for unit in vrrp-tools vrrp-hook; do
        grep -qx "User=$unit" "$units/$unit.service"
        grep -q "^u $unit " "$prefix/lib/sysusers.d/vrrp-tools.conf"
        grep -qx 'NoNewPrivileges=yes' "$units/$unit.service"
    done
    [ -z "$(setting vrrp-hook.service AmbientCapabilities)" ]
    grep -qx 'CapabilityBoundingSet=' "$units/vrrp-hook.service"
}

# As root only: somebody else cannot give files away.
@test "the FIFO between them is made for the one to write and the other to read, and for nobody else" {
    local etc=$BATS_TEST_TMPDIR/root/etc fifo=/run/vrrp-hook/events
    mkdir -p "$etc"
    echo 'vrrp-tools:x:64001:64001::/:/bin/false' >"$etc/passwd"
    printf '%s\n' 'root:x:0:' 'vrrp-tools:x:64001:' 'vrrp-hook:x:64002:' >"$etc/group"
    echo 'root:x:0:0::/:/bin/sh' >>"$etc/passwd"
    grep -q -- "--events $fifo " "$units/vrrp-tools.service"
    grep -qx "StandardInput=file:$fifo" "$units/vrrp-hook.service"
    [ "$(id -u)" -ne 0 ] && return
    systemd-tmpfiles --create --root="$BATS_TEST_TMPDIR/root" "$prefix/lib/tmpfiles.d/vrrp-tools.conf"
    [ "$(stat -c '%F %a %u %g' "$BATS_TEST_TMPDIR/root$fifo")" = "fifo 640 64001 64002" ]
}
