#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # RUN is of each test; stderr is set by bats's run --separate-stderr
# vrrp-run where the system says no: no descriptors, no room in the run directory, a stage that does not answer, signals at
# the end. What was right before stays so, and it goes on when it can.

load run.bash

times_said() { [ "$(grep -cE -- "$1" err)" -ge "$2" ]; }
ticks() { # of processor time
    local stat
    read -r stat <"/proc/$RUN/stat"
    read -ra stat <<<"${stat##*) }"
    echo $((stat[11] + stat[12]))
}

@test "a chain that cannot be started for want of descriptors loses none, and is started when there are some" {
    start
    local fds
    fds=$(open_fds)
    # enough for vrrp-listen and vrrp-elect: a chain has ten, and what starts one a few more
    prlimit --pid "$RUN" --nofile=$((fds - 1)):4096
    kill -KILL "$(pid_of vrrp-elect)"
    until_true 20 times_said '^vrrp-run: starting the chain: Too many open files$' 3
    prlimit --pid "$RUN" --nofile=4096:4096
    until_true 20 eval '[ -n "$(pid_of vip-follow)" ] && works'
    cp d/lock holders
    [ "$(open_fds)" -eq "$fds" ]
    kill "$RUN"
    ended 0
}

@test "HUP: what cannot be written is not taken, so that the chain and its next start have the same" {
    start
    mkdir d/vr.new # as a full disk
    printf '%s\n' "$(<conf)" 'vr if=eth0 vrid=53 name=new ip=192.0.2.3' >conf.new
    cp conf.new conf
    kill -HUP "$RUN"
    says '^vrrp-run: d/vr: File exists$'
    says '^vrrp-run: conf: the configuration stays as it was$'
    run -0 vrrp-ctl -C d/control status
    [[ $output != *name=new* ]]
    rmdir d/vr.new
    kill -HUP "$RUN"
    says '^vrrp-run: conf: 2 virtual routers from now on$'
    until_true 10 eval '[ -n "$(state_of new)" ]'
    grep -q name=new d/vr
    kill "$RUN"
    ended 0
    [ "$(ls d)" = lock ]
}

@test "a status that cannot be written is said once, and is right when it can be" {
    start
    until_true 10 eval '[ "$(state_of web)" = active ]'
    mkdir d/status.new
    for prio in 110 120 130; do
        vrrp-ctl -C d/control vr if=eth0 vrid=51 name=web interval=100ms ip=192.0.2.1/24 prio="$prio" track=none
        sleep 0.4
        vrrp-ctl -C d/control vr if=eth0 vrid=51 name=web interval=100ms ip=192.0.2.1/24 prio="$prio"
        sleep 0.4
    done
    said '^vrrp-run: d/status: File exists; it is old until it can be written$'
    [ "$(grep -c . err)" -eq 1 ]
    rmdir d/status.new
    vrrp-ctl -C d/control vr if=eth0 vrid=51 name=web interval=100ms ip=192.0.2.1/24 prio=140 track=none
    until_true 10 grep -q 'name=web state=fault .* prio=140 ' d/status
    kill "$RUN"
    ended 0
}

@test "HUP: a vrrp-elect that does not answer is waited for, and then all is as it says" {
    start
    local elect
    elect=$(pid_of vrrp-elect)
    kill -STOP "$elect"
    echo 'vr if=eth0 vrid=51 name=web interval=100ms prio=77 ip=192.0.2.1/24' >conf
    kill -HUP "$RUN"
    says '^vrrp-run: conf: vrrp-elect does not answer: it is waited for$' 20
    grep -q prio=77 d/vr && return 1
    kill -CONT "$elect"
    says '^vrrp-run: conf: 1 virtual router from now on$'
    grep -q prio=77 d/vr
    until_true 10 grep -q 'name=web .* prio=77 ' d/status
    [ "$(pid_of vrrp-elect)" = "$elect" ]
    kill "$RUN"
    ended 0
}

@test "a hook that does not end: signals meanwhile cost nothing, and a second request ends the wait" {
    script vrrp-hook 'trap "" TERM' 'echo $$ >hook.pid' 'cat >/dev/null' 'exec sleep 60 4>&-'
    start --hook it
    until_true 10 test -s hook.pid
    echo "vrrp-hook $(<hook.pid)" >>holders # which teardown ends
    kill -TERM "$RUN"
    until_true 10 gone "$(pid_of vip-follow)"
    local before
    before=$(ticks)
    kill -HUP "$RUN"
    sleep 1.2
    [ $(($(ticks) - before)) -lt 30 ]
    kill -TERM "$RUN"
    ended 0 3
    said '^vrrp-run: vrrp-hook \(pid [0-9]*\) is not ready: it is left to end by itself$'
}
