#!/usr/bin/env bats
# The example hooks in scripts/hooks: what they call, run by vrrp-hook.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    BUILD=${BUILD:-$root/build}
    hooks=$root/scripts/hooks
    cd "$BATS_TEST_TMPDIR" || return
    export CALLS=$PWD/calls
    : >calls
    mkdir bin
    for tool in logger service systemctl conntrackd curl; do
        # shellcheck disable=SC2016
        printf '#!/bin/sh\nprintf "%%s\\n" "%s $*" >>"$CALLS"\n' "$tool" >"bin/$tool"
    done
    # shellcheck disable=SC2016
    printf 'sed "s/^/config: /" >>"$CALLS"\n' >>bin/curl
    chmod +x bin/*
    PATH=$PWD/bin:$PATH
}

# hook STATE HOOK ARGUMENT...: the virtual router web goes there.
hook() {
    : >calls
    # shellcheck disable=SC2001
    echo "state if=eth0 af=4 vrid=51 name=we%22b%5C from=backup to=$1 why=${why:-timed-out} prio=150 group=g" |
        "$BUILD/vrrp-hook" "${@:2}" >/dev/null
    cat calls
}
called() { [ "$(cat calls)" = "$(printf '%s\n' "$@")" ]; }

@test "tell: a sentence into the log, or as JSON into a chat, its address in no argument" {
    text="$(uname -n): eth0 VRID 51 (we\"b\\): BACKUP -> MASTER because the Active fell silent (timed-out)"
    hook active --master "$hooks/tell"
    called "logger -t vrrp -- $text"
    export WEBHOOK=https://chat.example/secret
    hook active --master "$hooks/tell"
    grep -qF -- '--data-binary {"text": "' calls
    # shellcheck disable=SC1003
    grep -qF -- 'VRID 51 (we\"b\\): BACKUP -> MASTER' calls
    [ "$(grep -c secret calls)" -eq 1 ]
    grep -qxF 'config: url = "https://chat.example/secret"' calls
}

@test "services: started where it is Active, stopped in the other order where it is not" {
    command=service
    if [ -d /run/systemd/system ]; then command=systemctl; fi
    expect() { # VERB SERVICE...
        for name in "${@:2}"; do
            if [ $command = service ]; then echo "service $name $1"; else echo "systemctl $1 $name"; fi
        done | cmp - calls
    }
    hook active "$hooks/services" one two
    expect start one two
    for state in backup fault init; do
        hook $state "$hooks/services" one two
        expect stop two one
    done
}

@test "conntrackd: commits, flushes, resyncs and sends where it becomes Active" {
    export CONNTRACKD_CONFIG=/etc/ct.conf
    hook active "$hooks/conntrackd"
    called 'conntrackd -C /etc/ct.conf -c' 'conntrackd -C /etc/ct.conf -f' 'conntrackd -C /etc/ct.conf -R' \
        'conntrackd -C /etc/ct.conf -B'
    hook backup "$hooks/conntrackd"
    called 'conntrackd -C /etc/ct.conf -t' 'conntrackd -C /etc/ct.conf -n'
    hook fault "$hooks/conntrackd"
    called 'conntrackd -C /etc/ct.conf -t'
    why=shutdown hook init "$hooks/conntrackd"
    called 'conntrackd -C /etc/ct.conf -t'
}

@test "what fails in a hook is seen" {
    printf '#!/bin/sh\nexit 1\n' >bin/conntrackd
    run hook active "$hooks/conntrackd"
    [[ $output == *"exit status 1"* ]]
}
