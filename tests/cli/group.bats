#!/usr/bin/env bats
# shellcheck disable=SC2154 # run makes stderr
# Virtual routers that are Active together: from a log, through vrrp-elect, to a script.
bats_require_minimum_version 1.5.0

setup() {
    BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
    PATH=$BUILD:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    story >log
}

a="if=eth0 vrid=1 name=a ip=192.0.2.1"
b="if=eth1 vrid=2 name=b ip=198.51.100.1"

story() {
    local heard="advert if=eth1 af=4 vrid=2 ver=3 interval=1s src=198.51.100.9 ip=198.51.100.1"
    cat <<END
100 vr $a group=two%20sides
100 vr $b group=two%20sides
100 link if=eth0 state=up primary4=192.0.2.5
100 link if=eth1 state=up primary4=198.51.100.5
103 $heard prio=50
105 status
106 link if=eth0 state=down
108 link if=eth0 state=up primary4=192.0.2.5
113 $heard prio=200
115 $heard prio=200
116.9 status
END
}

states() { sed -n 's/^[0-9.]* state .* name=\([a-z]*\) .* to=\([a-z]*\) why=\([a-z-]*\) .*/\1 \2 \3/p' "$@"; }

@test "they become active, are in fault and are backups together" {
    vrrp-elect -t <log >out
    states out >got
    diff got - <<END
a backup startup
b backup startup
a active timed-out
b active preempted
a fault link
b fault group
a backup recovered
b backup recovered
a active timed-out
b active timed-out
b backup priority
a backup group
a init shutdown
b init shutdown
END
    [ "$(grep -c ' state .* group=two%20sides$' out)" -eq 14 ]
    [ "$(grep ' prio=0 ' out | grep -c ' send ')" -eq 2 ] # b when a was in fault, a when b was beaten
}

@test "status says which group, and who waits for the others" {
    vrrp-elect -t <log | vrrp-pick status | sed -n 's/.* name=\(.\) state=\([a-z]*\) .* group=\(.*\)/\1 \2 \3/p' >got
    diff got - <<END
a active two%20sides ready=yes
b active two%20sides ready=yes
a backup two%20sides ready=yes
b backup two%20sides ready=no
END
}

@test "what is passed on replays to the same" {
    vrrp-elect -t -p <log >passed
    vrrp-elect -t <passed >again
    diff <(grep -E '^[^ ]+ (send|state) ' passed) <(grep -E '^[^ ]+ (send|state) ' again)
}

@test "a new set: another name of the group changes nothing, one that is not in it is not waited for" {
    {
        cat log
        printf '%s\n' '117 begin' "117 vr $a group=other" "117 vr $b group=other" '117 commit'
        printf '%s\n' '117.5 begin' "117.5 vr $a group=other" '117.5 commit' '118 tick every=100ms'
    } >longer
    vrrp-elect -t <longer >out
    states out | tail -n 3 >got
    diff got - <<<$'b init shutdown\na active timed-out\na init shutdown'
    grep -q ' name=a .* to=active .* group=other$' out
}

@test "a script is told of the group once for each change" {
    vrrp-elect -t <log | sed -n 's/^[0-9.]* \(state .*\) replay=yes/\1/p' >lines
    # shellcheck disable=SC2016 # it is the script's
    printf '%s\n' '#!/bin/sh' 'echo "$@" >>"$0.ran"' >note
    chmod +x note
    mkfifo fifo
    timeout 20 cat fifo >told &
    until vrrp-hook --fifo fifo "$PWD/note" <lines >passed 2>err && [ -s told ]; do sleep 0.1; done
    wait
    grep GROUP told >got
    diff got - <<END
GROUP "two sides" BACKUP 0
GROUP "two sides" MASTER 0
GROUP "two sides" FAULT 0
GROUP "two sides" BACKUP 0
GROUP "two sides" MASTER 0
GROUP "two sides" BACKUP 0
GROUP "two sides" STOP 0
END
    cmp lines passed
}

@test "a group without a name is refused" {
    # shellcheck disable=SC2086 # words
    run -2 --separate-stderr vrrp-elect $a group=%00
    [[ $stderr == *"group=%00"*"group: 1..63 bytes"* ]]
}
