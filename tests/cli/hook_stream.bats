#!/usr/bin/env bats
# vrrp-hook: nothing that commands do, or do not, touches the stream of lines; they have a time limit, and an end.

# shellcheck disable=SC2016,SC2094 # scripts in single quotes are for the shell inside
# shellcheck disable=SC2030,SC2031,SC2154 # each test has its own HOOK; hook.bash sets hook and work
load hook.bash

# --- The stream. ---

@test "every line passes unchanged, to the byte, bad ones are told" {
    {
        state web init backup
        printf '%s\r\n' '1.5  state   if=eth0 vrid=4 af=4 from=init to=backup # well'
        printf '%s\n' '' '# comment' 'whatever this=that' 'send if=eth0 vrid=3 prio=100 ip=192.0.2.1' 'lost where=capture n=3'
    } >lines
    { cat lines && printf 'state if=eth0 vrid=3 af=4 from=init to=nowhere\n' && printf 'no event\n' && printf 'state if=eth0 vrid=3 af=4 from=init to=act'; } >all
    "$hook" ./note <all >out 2>err
    cat err
    cmp lines out
    [ "$(wc -l <err)" -eq 3 ]
    said 'standard input:8: to=nowhere: a value that it cannot have'
    said 'standard input:9: event: not key=value'
    said 'standard input:10: state: input ended inside this line'
}

@test "a burst of 300 states and a slow command: lines are not held up, the last state is told last" {
    script slow 'echo "$*" >>"$WORK/ran"; while [ ! -e "$WORK/go" ]; do sleep 0.05; done'
    begin ./slow
    tell "$(state web init backup)"
    within 10 ran 'INSTANCE web BACKUP 150'
    for ((i = 0; i < 300; i++)); do
        if ((i % 2)); then state web backup active "n=$i"; else state web active backup "n=$i"; fi
    done >burst
    cat burst >&7
    tell "$(state web active init why=shutdown)"
    within 10 passed_on 302 # while it hangs
    ran 'INSTANCE web BACKUP 150'
    : >go
    exec 7>&-
    ended 0
    ran 'INSTANCE web BACKUP 150' 'INSTANCE web STOP 150'
    said 'eth0/4/3: 300 older states were passed over'
    sed -n '2,301p' out | cmp - burst
}

@test "one virtual router at a time, different ones at once" {
    script pair 'echo "+$2" >>"$WORK/ran"; until grep -q "+$(cat "$WORK/other.$2")" "$WORK/ran"; do sleep 0.02; done
sleep 0.1; echo "-$2" >>"$WORK/ran"'
    echo mail >other.web
    echo web >other.mail # each waits for the other to be running
    begin -T 20s ./pair
    tell "$(state web init backup)" "$(state mail init backup)"
    within 20 has_line ran -web
    within 20 has_line ran -mail
    : >ran
    echo web >other.web
    tell "$(state web backup active)" && within 10 has_line ran +web
    tell "$(state web active backup)"
    exec 7>&-
    ended 0
    ran +web -web +web -web
    [ "$(wc -c <err)" -eq 0 ]
}

@test "sixteen at once and no more; all have their turn" {
    script many 'echo $$ >"$WORK/$2.pid"; while [ ! -e "$WORK/go" ]; do sleep 0.1; done; echo "$2" >>"$WORK/ran"'
    begin ./many
    for ((i = 1; i <= 40; i++)); do
        echo "state if=eth0 af=4 vrid=$i name=r$i from=init to=backup"
    done >&7
    pids() { [ "$(find . -name '*.pid' | wc -l)" -eq "$1" ]; }
    within 20 pids 16
    within 10 passed_on 40
    pids 16
    : >go
    exec 7>&-
    ended 0
    [ "$(sort -u ran | wc -l)" -eq 40 ]
}

@test "events wait up to a bound, and then are lost, which is told below, too" {
    script slow 'echo "$*" >>"$WORK/ran"; while [ ! -e "$WORK/go" ]; do sleep 0.05; done'
    begin -e elected ./slow
    tell 'elected if=eth0 af=4 vrid=51 active=192.0.2.3'
    within 10 ran elected
    for ((i = 0; i < 200; i++)); do echo "elected if=eth0 af=4 vrid=51 active=192.0.2.3 n=$i"; done >&7
    within 10 has_line out ' n=199'
    : >go
    exec 7>&-
    ended 0
    lost=$(sed -n 's/.* lost where=hook n=//p' out | awk '{ n += $1 } END { print n }')
    [ "$lost" -eq $((200 - 64)) ]
    [ "$(wc -l <ran)" -eq 65 ]
    [ "$(sed -n 's/^vrrp-hook: \([0-9]*\) events* w.* lost: 64 wait already$/\1/p' err | awk '{ n += $1 } END { print n }')" -eq 136 ]
}

@test "a long run of lines and states needs no more memory than a short one" {
    script slow 'echo up >>"$WORK/ran"; while [ ! -e "$WORK/go" ]; do sleep 0.05; done'
    export ASAN_OPTIONS=${ASAN_OPTIONS-}:quarantine_size_mb=0 # which would keep what was freed
    begin -e elected ./slow
    tell "$(state web init backup)"
    within 10 is_there ran
    peak() { awk '/^VmHWM/ { print $2 }' "/proc/$HOOK/status"; }
    long=$(printf '%01000d' 0)
    lines() {
        for ((i = 0; i < 100; i++)); do
            state web active backup "ip=192.0.2.1 x=$long"
            state web backup active "ip=192.0.2.1 x=$long"
            echo "elected if=eth0 af=4 vrid=51 active=192.0.2.3 x=$long"
            echo "advert if=eth0 af=4 vrid=51 x=$long"
        done
    }
    lines >some
    cat some >&7
    within 10 passed 400
    before=$(peak)
    for ((i = 0; i < 40; i++)); do cat some; done >&7
    within 20 passed $((41 * 400))
    after=$(peak)
    echo "$before kB, $after kB"
    most=4000 # of 16 MB that went through
    [[ $BUILD != */asan ]] || most=8000 # the sanitizer's own has its ups and downs
    [ $((after - before)) -lt "$most" ]
    : >go
    exec 7>&-
    ended 0
}
passed() { [ "$(grep -vc ' lost where=' out)" -ge "$1" ]; }

@test "a reader that goes away is told once and changes nothing" {
    mkfifo in
    { "$hook" ./note <in 2>err; echo $? >status; } 3>&- | head -n 1 >/dev/null &
    HOOK=$!
    exec 7>in
    for to in backup active backup active; do
        : >ran
        tell "$(state web init "$to")" && within 10 is_there ran
    done
    ran 'INSTANCE web MASTER 150'
    exec 7>&-
    within 10 is_there status
    [ "$(cat status)" -eq 0 ]
    [ "$(wc -l <err)" -eq 1 ]
    said_times 'standard output: its reader is gone; commands are run all the same' 1
}

@test "a reader that has stopped holds up nothing; it gets the newest states, and is told what was lost" {
    mkfifo in back
    "$hook" ./note <in >back 2>err 3>&- &
    HOOK=$!
    exec 7>in 8<back
    long=$(printf '%01000d' 0)
    for ((i = 0; i < 3000; i++)); do echo "advert if=eth0 x=$long"; done >&7
    tell "$(state web init backup)" "$(state web backup active)"
    within 20 has_line ran 'MASTER'
    exec 7>&-
    cat <&8 >out
    ended 0
    has_line out 'lost where=vrrp-hook n='
    [ "$(grep -c 'to=active' out)" -eq 1 ]
}

# --- Commands that misbehave. ---

@test "a command that hangs is killed with all its children, told once, and the newest state has its turn" {
    script hang 'echo $$ >"$WORK/a.pid"; echo "$3" >>"$WORK/ran"; [ "$3" = BACKUP ] || exit 0; trap "" TERM INT HUP
(sleep 600 & echo $! >"$WORK/b.pid"; sleep 600) & echo $! >"$WORK/c.pid"; sleep 600'
    begin -T 1s ./hang
    tell "$(state web init backup)"
    within 10 is_there b.pid
    within 10 is_there c.pid
    tell "$(state web backup active)" "$(state web active fault)"
    within 10 ran BACKUP FAULT
    said_times './hang INSTANCE web BACKUP 150: not done after 1s: killed' 1
    for n in b c; do within 5 is_gone "$(cat $n.pid)"; done
    exec 7>&-
    ended 0
    [ "$(wc -l <err)" -eq 2 ] # and one that was passed over
}

@test "what a command leaves in the background goes on, and may print" {
    script daemon '(sleep 0.5; echo from behind; echo $$ >"$WORK/a.pid"; exec sleep 600) & echo started'
    begin ./daemon
    tell "$(state web init backup)"
    within 10 said 'from behind'
    said 'started'
    exec 7>&-
    ended 0
    within 5 is_there a.pid
}

@test "a flood of output is limited and counted, and holds up nothing" {
    script flood 'yes "all work and no play" | head -n 200000; printf "%02000d\n" 7; printf "\033[2Jlast"'
    begin ./flood
    tell "$(state web init backup)"
    exec 7>&-
    ended 0
    [ "$(grep -c '^vrrp-hook: all work and no play$' err)" -le 1000 ]
    [ "$(grep -c '^vrrp-hook: all work and no play$' err)" -ge 50 ]
    counted=$(sed -n 's/^vrrp-hook: \([0-9]*\) more lines* of output .* left out$/\1/p' err | awk '{ n += $1 } END { print n }')
    told=$(grep -vc 'of output .* left out$' err)
    [ $((counted + told)) -eq 200002 ]
    run ! grep -q $'\033' err
}

@test "messages that nobody reads do not hold up the stream" {
    script flood 'yes "all work and no play"'
    mkfifo messages in
    exec 8<>messages # nobody reads on, and it is full
    timeout 0.5 cat /dev/zero >&8 || true
    "$hook" -T 2s ./flood <in >out 2>messages 3>&- &
    HOOK=$!
    exec 7>in
    tell "$(state web init backup)"
    for ((i = 0; i < 3000; i++)); do echo "advert n=$i"; done >&7
    within 10 passed_on 3001
    exec 7>&-
    within 20 eval '! kill -0 $HOOK 2>/dev/null'
    ended_quietly=0
    wait "$HOOK" || ended_quietly=$?
    HOOK=
    [ "$ended_quietly" -eq 0 ]
}

@test "a command that fails is told with its status or signal" {
    script fail '[ "$3" = BACKUP ] && exit 7; kill -TERM $$'
    begin ./fail
    tell "$(state web init backup)"
    within 10 said './fail INSTANCE web BACKUP 150: exit status 7'
    tell "$(state web backup active)"
    within 10 said './fail INSTANCE web MASTER 150: ended by signal 15, Terminated'
    exec 7>&-
    ended 0
    [ "$(wc -l <err)" -eq 2 ]
}

@test "a command that cannot be executed any more is told once by its name, and runs when it is there again" {
    script gone 'echo special >>"$WORK/ran"'
    begin --fault ./gone ./note
    tell '# up?' && within 10 is_there out
    mv gone away
    tell "$(state web init fault)" && within 10 ran 'INSTANCE web FAULT 150'
    tell "$(state web init fault)" && within 10 ran 'INSTANCE web FAULT 150' 'INSTANCE web FAULT 150'
    said_times './gone: cannot be executed: No such file or directory (told once)' 1
    printf 'echo no first line\n' >gone && chmod +x gone
    : >ran
    tell "$(state web init fault)" && within 10 ran 'INSTANCE web FAULT 150'
    mv away gone
    : >ran
    tell "$(state web init fault)" && within 10 ran special 'INSTANCE web FAULT 150'
    chmod -x gone
    tell "$(state web init fault)"
    exec 7>&-
    ended 0
    said_times './gone: cannot be executed: Permission denied (told once)' 1
    [ "$(wc -l <err)" -eq 2 ]
}

@test "when no process can be had it is tried again" {
    begin ./note
    tell '# up?' && within 10 is_there out
    free=0
    while [ -e "/proc/$HOOK/fd/$free" ]; do free=$((free + 1)); done
    prlimit --pid "$HOOK" --nofile="$free:1024"
    tell "$(state web init backup)"
    within 10 said './note INSTANCE web BACKUP 150: cannot be started: Too many open files; it is tried again'
    tell '# up?' && within 10 passed_on 3 # and nothing else stands still
    [ ! -s ran ]
    prlimit --pid "$HOOK" --nofile=1024:1024
    within 10 ran 'INSTANCE web BACKUP 150'
    exec 7>&-
    ended 0
}

# --- Ends. ---

@test "at the end of input what runs may finish, and the last state is told" {
    script slow 'sleep 0.5; echo "$3" >>"$WORK/ran"'
    printf '%s\n' "$(state web init backup)" "$(state mail init backup)" "$(state web backup init why=shutdown)" \
        "$(state mail backup init why=shutdown)" >lines
    "$hook" ./slow <lines
    [ "$(grep -c STOP ran)" -eq 2 ]
}

@test "at the end of input a command that hangs makes room for the last state" {
    script hang 'echo "$3" >>"$WORK/ran"; [ "$3" = STOP ] || exec sleep 600'
    begin -T 2s ./hang
    tell "$(state web init backup)" && within 10 ran BACKUP
    tell "$(state web backup init why=shutdown)"
    start=$(now_ms)
    exec 7>&-
    ended 0
    [ $(($(now_ms) - start)) -lt 6000 ]
    ran BACKUP STOP
    said './hang INSTANCE web BACKUP 150: not done'
}

@test "TERM: it goes on to the end of input, the last state is told in time though a command hangs" {
    script hang 'echo "$3" >>"$WORK/ran"; [ "$3" = STOP ] || exec sleep 600'
    begin ./hang
    tell "$(state web init backup)" && within 10 ran BACKUP
    kill -TERM "$HOOK"
    kill -HUP "$HOOK"
    start=$(now_ms)
    tell "$(state web backup init why=shutdown)"
    within 5 passed_on 2
    exec 7>&-
    ended 0
    [ $(($(now_ms) - start)) -lt 10000 ]
    ran BACKUP STOP
    said './hang INSTANCE web BACKUP 150: not done at the end: killed'
}

@test "TERM without end of input ends it, a second one forces it" {
    begin ./note
    tell "$(state web init backup)" && within 10 ran 'INSTANCE web BACKUP 150'
    start=$(now_ms)
    kill -TERM "$HOOK"
    ended 0
    took=$(($(now_ms) - start))
    [ "$took" -ge 2700 ]
    [ "$took" -lt 8000 ]
    rm in
    script hang 'echo $$ >"$WORK/a.pid"; exec sleep 600'
    begin ./hang
    tell "$(state web init backup)" && within 10 is_there a.pid
    tell "$(state web backup active)" && within 10 passed_on 2
    exec 7>&-
    ends_by_term() { is_gone "$HOOK" || { kill -TERM "$HOOK"; sleep 0.2; }; is_gone "$HOOK"; } # all in 1 s count as one
    within 4 ends_by_term # it would have 5
    ended 0
    is_gone "$(cat a.pid)"
    said './hang INSTANCE web BACKUP 150: not done at the end: killed' # and the last state has a little time, too
    said './hang INSTANCE web MASTER 150: not done at the end: killed'
}

@test "input that cannot be read is exit 3, and what was read before is still run" {
    run -3 "$hook" ./note </
    [[ $output == *"vrrp-hook: standard input: Is a directory"* ]]
    run -3 bash -c '"$1" ./note <&-' bash "$hook"
    [[ $output == *"vrrp-hook: standard input: Bad file descriptor"* ]]
    run -3 bash -c '"$1" ./note >/dev/full <<<"$2"' bash "$hook" "$(state web init backup)"
    [[ $output == *"vrrp-hook: standard output: No space left on device"* ]]
    ran 'INSTANCE web BACKUP 150'
}
