#!/usr/bin/env bats
# Two routers, each with a command behind its chain: it runs at each failover, when the addresses are set or gone.

load lib.bash

teardown() {
    lab_end "$LAB"
}

# router HOST PRIORITY: the chain with vrrp-hook at its end, whose command notes what it was given and what it sees.
router() {
    vr_conf "$LAB/$1.vr" 3 4 "$2" interval=100ms name=web
    cat >"$LAB/$1.hook" <<END
#!/bin/sh
there=without
ip -o -4 addr show dev eth0 | grep -qF ' $VIP4/' && there=with
echo "\$* \$there \$VRRP_WHY" >>"$LAB/$1.ran"
END
    chmod +x "$LAB/$1.hook"
    : >"$LAB/$1.ran"
    # shellcheck disable=SC2016 # it is for the shell inside
    start "$1" "$1.err" bash -c '
        "$2/vrrp-listen" eth0 3>&- | "$2/vrrp-elect" -f "$1.vr" | "$2/vrrp-advert" | "$2/vip-follow" |
            "$2/vrrp-hook" "$1.hook" >"$1.out"
        echo "${PIPESTATUS[*]}" >"$1.status"' router "$LAB/$1" "$BUILD"
    eval "$1=$PID"
}
last_run() { [ "$(tail -n 1 "$LAB/$1.ran")" = "$2" ]; }
# The first stage ends, the others at the end of their input.
stop() { pkill -TERM -g "$1" -x vrrp-listen; }

@test "a failover: the command of each router runs once its addresses are set, or gone" {
    lab_begin "$BATS_TEST_TMPDIR/lab" a b
    router a 150
    until_true 10 last_run a 'INSTANCE web MASTER 150 with timed-out'
    router b 100
    until_true 10 last_run b 'INSTANCE web BACKUP 100 without startup'
    # shellcheck disable=SC2154 # router sets it
    kill -KILL -- "-$a"
    until_true 10 last_run b 'INSTANCE web MASTER 100 with timed-out'
    until_true 10 lacks_address a "$VIP4" # its leases end
    router a 150
    until_true 10 last_run a 'INSTANCE web MASTER 150 with preempted'
    until_true 10 last_run b 'INSTANCE web BACKUP 100 without priority'
    # shellcheck disable=SC2154
    for each in "$a" "$b"; do stop "$each"; done
    for each in a b; do
        until_true 10 test -s "$LAB/$each.status"
        cat "$LAB/$each.ran" "$LAB/$each.err"
        [ "$(<"$LAB/$each.status")" = "0 0 0 0 0" ]
        [[ $(tail -n 1 "$LAB/$each.ran") == *' STOP '*' without shutdown' ]]
        grep -q ' state .* to=init why=shutdown' "$LAB/$each.out"
    done
}
