#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # RUN is of each test; stderr is set by bats's run --separate-stderr
# vrrp-run: what it checks, how it holds its place, what it makes of stages that die or hang.

load run.bash

# --- before anything is started ---

@test "usage: what is missing or wrong is named, exit 2, and nothing is touched" {
    local words reason
    while IFS='|' read -r words reason; do
        # shellcheck disable=SC2086 # words
        run -2 --separate-stderr vrrp-run -d d $words
        [[ $stderr == *"vrrp-run: $reason"* ]] || { echo "$words: $stderr"; false; }
    done <<'END'
|FILE is missing
conf other|other: one file is enough
-R 0 conf|-R 0: not a number from 1 to 99
-R 100 conf|-R 100: not a number
--log-size 70000 conf|--log-size 70000: of which log? -l is missing
-l log --log-size 5 conf|--log-size 5: not a number from 65536
END
    run -2 --separate-stderr vrrp-run -d d --hook ' ' conf
    [[ $stderr == *"--hook: a command is needed"* ]]
    [ ! -e d ]
}

@test "a file that is wrong: file, line and word, exit 2, nothing is started" {
    local text reason
    while IFS='|' read -r text reason; do
        printf '# ours\n%b\n' "$text" >bad
        run -2 --separate-stderr vrrp-run -d d bad
        [[ $stderr == *"vrrp-run: bad:$reason"*"vrrp-run: bad: nothing was started" ]] || { echo "$text: $stderr"; false; }
        run -2 vrrp-run -n -d d bad
    done <<'END'
vr if=eth0 vrid=51 prioirty=7 ip=192.0.2.1|2: prioirty=7: 
track name=web state=up|2: track: not a vr line
vr if=eth0 vrid=51 ip=192.0.2.1\nvr if=eth0 vrid=51 ip=192.0.2.2|3: eth0-v4-51: this virtual router
vr if=eth0 vrid=51 ip=192.0.2.1 name=a\nvr if=eth0 vrid=52 ip=192.0.2.2 name=a|3: a: this name belongs
vr if=eth0 vrid|2: vrid: 
#| no virtual router: a vr line is needed
END
    run -3 --separate-stderr vrrp-run -d d nowhere
    [[ $stderr == "vrrp-run: nowhere: No such file or directory" ]]
    [ ! -e d ]
}

@test "more interfaces than vrrp-listen takes are refused" {
    for i in {1..65}; do echo "vr if=e$i vrid=1 ip=192.0.2.1"; done >conf
    run -2 --separate-stderr vrrp-run -n conf
    [[ $stderr == *"conf:65: e65-v4-1: more than 64 interfaces"* ]]
}

@test "-n says what would be started, and touches nothing" {
    echo 'vr if=eth1 vrid=51 ip=192.0.2.2' >>conf
    run -0 --separate-stderr vrrp-run -n -d d conf
    [ -z "$stderr" ]
    [ "$output" = "vrrp-listen eth0 eth1 vrid=51 event!=announce | vrrp-elect -C d/control -f conf | vrrp-advert | vip-follow -C d/control" ]
    run -0 vrrp-run -n -d d --shadow -l log --log-size 70000 conf
    [ "${lines[0]}" = "vrrp-listen eth0 eth1 vrid=51 | vrrp-elect -p --shadow -C d/control -f conf" ]
    [ "${lines[1]}" = "beside it: vrrp-log --size 70000 -- log" ]
    [ ! -e d ] && [ ! -e log ]
}

@test "vrrp-listen hears the VRIDs of the file, or with --wide all; announcements for a log only" {
    printf 'vr if=eth%s vrid=%s ip=192.0.2.9\n' 0 1 1 255 0 7 1 8 0 9 0 1 >conf
    sed -i '$s/.*/vr if=eth0 vrid=7 af=6 ip=fe80::9/' conf
    run -0 vrrp-run -n -d d conf
    [[ $output == "vrrp-listen eth0 eth1 vrid=1,7..9,255 event!=announce | "* ]]
    run -0 vrrp-run -n -d d -l log conf
    [[ $output == "vrrp-listen eth0 eth1 vrid=1,7..9,255 | "* ]]
    run -0 vrrp-run -n -d d --wide conf
    [[ $output == "vrrp-listen eth0 eth1 event!=announce | "* ]]
    run -0 vrrp-run -n -d d --wide -l log conf
    [[ $output == "vrrp-listen eth0 eth1 | "* ]]
    for i in {1..255}; do echo "vr if=eth0 vrid=$i ip=192.0.2.9"; done >conf
    run -0 vrrp-run -n -d d conf
    [[ $output == "vrrp-listen eth0 vrid=1..255 event!=announce | "* ]]
    sed -i 'n;d' conf
    run -0 vrrp-run -n -d d conf
    [[ $output == "vrrp-listen eth0 vrid=1,3,5,"*",253,255 event!=announce | "* ]]
    local word=${output#*eth0 } # as long as it can be
    run -0 "$BUILD/vrrp-listen" -r "$BATS_TEST_DIRNAME/../pcap/keepalived.pcap" "${word%% *}"
}

@test "a program that is missing is named, exit 3" {
    rm bin/vip-follow
    run -3 --separate-stderr env PATH=/nowhere bin/vrrp-run -d d conf
    [ "$stderr" = "vrrp-run: vip-follow: No such file or directory" ]
    [ ! -e d ]
}

@test "a run directory that others can write to is refused" {
    mkdir -m 777 d
    run -2 --separate-stderr vrrp-run -d d conf
    [[ $stderr == "vrrp-run: -d d: others may write there (chmod 755)" ]]
    : >file
    run -3 --separate-stderr vrrp-run -d file conf
    [[ $stderr == "vrrp-run: -d file: Not a directory" ]]
}

# --- a start that fails ---

@test "a stage that says no at the first start ends all: its message, its exit status, no second try" {
    script vip-follow 'echo "vip-follow: addresses: permission denied" >&2; exit 3'
    run -3 --separate-stderr timeout 10 vrrp-run -d d conf
    [[ $stderr == *"vip-follow: addresses: permission denied"* ]]
    [[ $stderr == *"vrrp-run: vip-follow (pid "*") ended with exit status 3"* ]]
    [[ $stderr != *"started again"* ]]
    script vip-follow 'exit 2'
    run -2 timeout 10 vrrp-run -d d conf
    script vip-follow "$follow"
    script vrrp-listen 'echo "vrrp-listen: eth0: no such device" >&2; exit 3'
    run -3 --separate-stderr timeout 10 vrrp-run -d d conf
    [[ $stderr == *"vrrp-listen: eth0: no such device"*"vrrp-run: vrrp-listen (pid "*") ended with exit status 3"* ]]
    [ "$(ls d)" = lock ]
}

@test "a stage that cannot be executed is named with the reason" {
    printf '#!/nowhere/sh\n' >bin/vrrp-advert
    run -3 --separate-stderr timeout 10 vrrp-run -d d conf
    [[ $stderr == *"vrrp-run: vrrp-advert: "*"/bin/vrrp-advert: No such file or directory"* ]]
}

# --- a start that succeeds ---

@test "it runs: lock, FIFO and status; TERM ends it with 0, and nothing is left" {
    script vip-follow 'ls /proc/$$/fd >descriptors' "$follow"
    start
    [ "$(stat -c '%a %F' d/control d/control.answers)" = $'600 fifo\n600 fifo' ]
    [ "$(stat -c %a d d/status d/lock)" = $'755\n644\n644' ]
    [ "$(cut -d ' ' -f 1 d/lock | tr '\n' ' ')" = "vrrp-run vrrp-listen vrrp-elect vrrp-advert vip-follow " ]
    [ "$(vrrp-pick -k name stage state=started <d/status | tr '\n' ' ')" = "vrrp-listen vrrp-elect vrrp-advert vip-follow " ]
    until_true 10 eval '[ "$(state_of web)" = active ]'
    # no more than the standard streams, the lock, and what bash opens for the script
    [ "$(grep -vx 255 descriptors | tr '\n' ' ')" = "0 1 2 4 " ]
    kill -TERM "$RUN"
    ended 0
    all_gone
    [ ! -s err ]
    [ "$(ls d)" = lock ]
}

@test "a second one is refused, and told who runs; elsewhere it may run" {
    start
    run -1 --separate-stderr timeout 10 vrrp-run -d d conf
    [ "$stderr" = "vrrp-run: d: vrrp-run runs here with pid $RUN; --replace takes over" ]
    mkdir e
    vrrp-run -d e conf 2>e.err 3>&- &
    other=$!
    until_true 10 test -s e/status
    kill "$other"
    wait "$other"
    kill -INT "$RUN"
    ended 0
}

@test "--replace asks the one that runs to end, and takes over" {
    start
    old=$RUN
    vrrp-run -d d --replace conf 2>err2 3>&- &
    RUN=$!
    wait "$old"
    until_true 10 works
    grep -q "vrrp-run: vrrp-run (pid $old) is asked to end" err2
    all_gone
    [ -p d/control ]
    kill "$RUN"
    ended 0
}

@test "killed: the stages go on and hold its place; --replace ends them and takes over" {
    start
    kill -KILL "$RUN"
    until_true 10 gone "$RUN"
    run -1 --separate-stderr timeout 10 vrrp-run -d d conf
    [[ $stderr == "vrrp-run: d: its vrrp-run is gone, but these run on: vrrp-listen (pid $(pid_of vrrp-listen)), "* ]]
    [[ $stderr == *"vrrp-elect (pid $(pid_of vrrp-elect))"*"; --replace takes over" ]]
    vrrp-run -d d --replace conf 2>err2 3>&- &
    RUN=$!
    until_true 10 works
    grep -q "vrrp-run: vrrp-elect (pid $(sed -n 's/vrrp-elect //p' holders)) is asked to end" err2
    all_gone
    kill "$RUN"
    ended 0
}

@test "what a killed one has left is no hindrance" {
    start
    # shellcheck disable=SC2046 # one word for each pid
    kill -KILL "$RUN" $(sed -n 's/.* //p' d/lock)
    until_true 10 all_gone
    [ -e d/status ] && [ -e d/control ]
    start
    kill "$RUN"
    ended 0
}

@test "each stage that is killed is told of, and the chain is started again" {
    start -l log
    local name old
    for name in vrrp-listen vrrp-elect vrrp-advert vip-follow; do
        old=$(pid_of "$name")
        kill -KILL "$old"
        says "^vrrp-run: $name \(pid $old\) was killed by signal 9 \(Killed\)\$"
        until_true 20 eval '[ "$(pid_of '"$name"')" != '"$old"' ] && works'
    done
    [ "$(grep -c '^vrrp-run: the chain is started again in 0.[1-9] s$' err)" -eq 4 ]
    run -1 said 'the chain does not end' # each saw its neighbour die
    kill "$RUN"
    ended 0
    [ "$(vrrp-pick stage signal=9 <log | wc -l)" -eq 4 ]
    [ "$(vrrp-pick -k name novr <log | tr '\n' ' ')" = "web web web web web " ]
}

@test "all stages that end with 0 were stopped by somebody: so does it" {
    start
    vrrp-ctl -C d/control stop
    ended 0
    said '^vrrp-run: the router was stopped$'
    all_gone
}

@test "a stage that does not end gets TERM, then KILL; a second signal makes it soon" {
    script vip-follow 'trap "" TERM; cat; while :; do sleep 1 4>&-; done'
    start
    kill -TERM "$RUN"
    sleep 1.1 # a second one within a second counts as the first
    kill -TERM "$RUN"
    says 'the chain does not end: TERM to all'
    says 'the chain does not end: KILL to all'
    ended 3
    said 'vip-follow \(pid [0-9]*\) was killed by signal 9'
    all_gone
}

@test "HUP: what has changed changes, the rest notices nothing" {
    echo 'vr if=eth0 vrid=52 name=old ip=192.0.2.2' >>conf
    start -l log
    until_true 10 eval '[ "$(state_of web)" = active ]'
    elect=$(pid_of vrrp-elect)
    printf 'vr if=eth0 vrid=51 name=web interval=100ms ip=192.0.2.1/24\nvr if=eth0 vrid=53 name=new prio=120 ip=192.0.2.3\n' >conf
    kill -HUP "$RUN"
    says '^vrrp-run: conf: 2 virtual routers from now on$'
    until_true 10 eval '[ -n "$(state_of new)" ] && [ -z "$(state_of old)" ]'
    [ "$(pid_of vrrp-elect)" = "$elect" ]
    until_true 10 eval 'tr "\0" " " <"/proc/$(pid_of vrrp-listen)/cmdline" | grep -q " eth0 vrid=51,53 $"'
    [ "$(vrrp-pick state name=web <log | wc -l)" -eq 2 ] # backup, active
    grep -q 'name=new .* prio=120 ' d/vr
    # What is wrong changes nothing, also for a chain that starts anew.
    echo 'vr if=eth0 vrid=51 name=web interval=100ms ip=192.0.2.1/24 prio=x' >conf
    kill -HUP "$RUN"
    says '^vrrp-run: conf:1: prio=x: '
    says '^vrrp-run: conf: the configuration stays as it was$'
    kill -KILL "$elect"
    until_true 20 eval '[ "$(pid_of vrrp-elect)" != '"$elect"' ] && [ -n "$(state_of new)" ]'
    kill "$RUN"
    ended 0
}

@test "HUP: a configuration of more than a FIFO holds, and one while another is under way" {
    start
    for i in {0..599}; do
        echo "vr if=eth0 vrid=$((i % 250 + 1)) af=$((i < 250 ? 4 : 6)) ip=$( ((i < 250)) && echo 192.0.2.1 || echo "fe80::$i") "
    done | sed '500q' | sed '1s/^/vr if=eth0 vrid=251 name=web ip=192.0.2.9\n/' >conf
    kill -HUP "$RUN"
    kill -HUP "$RUN"
    says '^vrrp-run: conf: 501 virtual routers from now on$' 20
    until_true 20 eval '[ "$(vrrp-pick status <d/status | wc -l)" -eq 501 ]'
    kill "$RUN"
    ended 0 20
}

@test "a hook gets what was decided; one that dies is started again alone, one that hangs is no hindrance" {
    script vrrp-hook 'echo "$*" >>hook.args' 'echo "$$" >>hook.pids' 'exec cat >>hook.lines'
    start -l log --hook '-e elected  notify --now' --hook 'other'
    until_true 10 grep -q ' to=active ' hook.lines
    [ "$(sort hook.args)" = $'-e elected notify --now\nother' ]
    run -1 grep -q ' other ' hook.lines
    elect=$(pid_of vrrp-elect)
    until_true 10 eval '[ "$(grep -c " to=active " hook.lines)" -eq 2 ]'
    hook=$(head -n 1 hook.pids)
    kill -KILL "$hook"
    says "^vrrp-run: vrrp-hook \(pid $hook\) was killed by signal 9"
    until_true 10 eval '[ "$(wc -l <hook.pids)" -eq 3 ]'
    until_true 10 eval '[ "$(grep -c " to=active " hook.lines)" -eq 3 ]' # it is told how things are
    kill -STOP "$(tail -n 1 hook.pids)"
    for i in {1..300}; do
        echo "vr if=eth0 vrid=51 name=web interval=100ms ip=192.0.2.1/24 prio=$((i % 100 + 1)) id=$i"
    done >d/control
    until_true 10 grep -q 'answer id=300 ' log
    [ "$(pid_of vrrp-elect)" = "$elect" ]
    kill -CONT "$(tail -n 1 hook.pids)"
    kill "$RUN"
    ended 0
    grep -q ' to=init ' hook.lines # the last words reach them
}

@test "a log that dies is started again, and goes on where it was" {
    start -l log
    until_true 10 grep -q ' to=active ' log
    elect=$(pid_of vrrp-elect)
    for pid in /proc/[0-9]*; do
        [ "$(cat "$pid/comm" 2>/dev/null)" = vrrp-log ] && [ "$(readlink "$pid/cwd")" = "$PWD" ] && kill -KILL "${pid#/proc/}"
    done
    says '^vrrp-run: vrrp-log \(pid [0-9]*\) was killed by signal 9'
    vrrp-ctl -C d/control track name=here state=up
    until_true 10 grep -q ' track name=here ' log
    [ "$(pid_of vrrp-elect)" = "$elect" ]
    kill "$RUN"
    ended 0
    [ "$(vrrp-pick novr <log | wc -l)" -eq 1 ]
}

@test "status: written anew when a state changes, and readable all the time" {
    start
    until_true 10 eval '[ "$(state_of web)" = active ]'
    vrrp-ctl -C d/control vr if=eth0 vrid=51 name=web interval=100ms ip=192.0.2.1/24 track=here
    until_true 2 eval '[ "$(state_of web)" = fault ]'
    vrrp-ctl -C d/control track name=here state=up
    until_true 2 eval '[ "$(state_of web)" = backup ]'
    advert=$(pid_of vrrp-advert)
    kill -KILL "$advert"
    until_true 5 grep -q ' stage name=vrrp-advert .* state=ended signal=9' d/status
    until_true 10 eval '[ "$(pid_of vrrp-advert)" != "$advert" ] && works'
    kill "$RUN"
    ended 0
}

@test "-R: all stages get it, or none does and it is said" {
    run -0 vrrp-run -n -R 5 -d d conf
    [ "$output" = "vrrp-listen -R 5 eth0 vrid=51 event!=announce | vrrp-elect -R 5 -C d/control -f conf | vrrp-advert -R 5 |\
 vip-follow -R 5 -C d/control" ]
    script vrrp-advert 'echo "$*" >advert.args' 'exec cat'
    start -R 5
    policy=$(chrt -p "$(pid_of vrrp-elect)" | sed -n 's/.*policy: //p')
    if said '^vrrp-run: -R 5: .*: the stages run without; needs CAP_'; then
        [ "$policy" = SCHED_OTHER ]
        [ "$(<advert.args)" = "" ]
    else
        [ "$policy" = "SCHED_FIFO|SCHED_RESET_ON_FORK" ]
        [ "$(<advert.args)" = "-R 5" ]
    fi
    kill "$RUN"
    ended 0
}

@test "-R of a stage: a wrong value, and where nothing is urgent" {
    local words reason
    while IFS='|' read -r words reason; do
        # shellcheck disable=SC2086 # words
        run -2 --separate-stderr $words </dev/null
        [[ $stderr == "$reason"* ]] || { echo "$words: $stderr"; false; }
    done <<'END'
vrrp-elect -R 0|vrrp-elect: -R 0: not a number from 1 to 99
vrrp-elect -R 100|vrrp-elect: -R 100: not a number from 1 to 99
vrrp-elect -R 5 -t|vrrp-elect: -R: with -t nothing is urgent
END
    run -2 --separate-stderr "$BUILD/vrrp-listen" -R 5 -r nowhere
    [[ $stderr == "vrrp-listen: -R: with -r nothing is urgent"* ]]
    for stage in vrrp-listen vrrp-advert vip-follow; do
        run -2 --separate-stderr "$BUILD/$stage" -R high
        [[ $stderr == "$stage: -R high: not a number from 1 to 99"* ]]
    done
}

@test "--shadow: only vrrp-listen and vrrp-elect run, and what is decided is marked" {
    start --shadow -l log
    [ "$(cut -d ' ' -f 1 d/lock | tr '\n' ' ')" = "vrrp-run vrrp-listen vrrp-elect " ]
    until_true 10 grep -q ' state .* to=active .* shadow=yes' log
    kill "$RUN"
    ended 0
    [ "$(vrrp-pick send <log | wc -l)" -eq 0 ]
}
