#!/usr/bin/env bats
# shellcheck disable=SC2034,SC2154 # row makes variables
# What the table of vrrp-tools(7) says of each program, compared with /proc while it runs and with a trace of its system
# calls: start, traffic, an interface that goes and comes, the end.

load lib.bash

setup_file() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export root
    export BUILD=${BUILD%/asan} # sanitizers need more than is left: their programs keep it
    export PAGE=$BATS_FILE_TMPDIR/page
    SCENARIOS=$(mktemp -d "${TMPDIR:-/tmp}/vrrp-privilege.XXXXXX")
    export SCENARIOS
    chmod 755 "$SCENARIOS" # for who is not root
    mkdir "$PAGE"
    read_page
    scenario chain chain
    scenario bare bare
    scenario watch watch
    scenario once once
    scenario track track
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
    rm -rf "$SCENARIOS"
}

# rows: PROGRAM<tab>NEEDS<tab>KEEPS<tab>PROFILE<tab>FILES, the program with its option; calls: PROFILE CALL.
read_page() {
    awk -v rows="$PAGE/rows" -v calls="$PAGE/calls" '
        function has(profile, call) { return (profile, call) in own || (profile in base && has(base[profile], call)) }
        /^\.Sh / { here = $2 == "PRIVILEGES" }
        !here { next }
        /^\.It Xr / {
            split($0, column, " Ta ")
            print $3 ($5 == "Fl" ? " -" $6 : "") "\t" column[2] "\t" column[3] "\t" column[4] "\t" column[5] >rows
        }
        /^\.It [a-z]+$/ { profile = $2; all[profile] }
        /^What a [a-z]+ has;$/ { base[profile] = $3 }
        /^\.Cm / { for (i = 2; i <= NF; i++) if ($i ~ /^[a-z]/) { own[profile, $i]; names[$i] } }
        END { for (p in all) for (n in names) if (has(p, n)) print p, n >calls }' "$root/man/vrrp-tools.7"
}
# row PROGRAM: its row, in NEEDS, KEEPS, PROFILE, FILES.
row() {
    IFS=$'\t' read -r _ NEEDS KEEPS PROFILE FILES < <(grep "^$1"$'\t' "$PAGE/rows")
}

# --- the stories -----------------------------------------------------------------------------------------------------

# Each process that is looked at is a line in $LAB/runs, PID<tab>PROGRAM; its trace is $LAB/trace.PID and what the kernel
# said of it $LAB/status.PID.
TRACE=(strace -D -qq -ff)
look() { # PROGRAM PID
    until_true 10 confined "$2"
    cp "/proc/$2/status" "$LAB/status.$2"
    printf '%s\t%s\n' "$2" "$1" >>"$LAB/runs"
}
confined() { grep -q '^Seccomp:.*2' "/proc/$1/status"; }
ended() { grep -q '^exit_group(.*?' "$LAB/trace.$1"; }

look_at_chain() { # [OPTION-OF-FOLLOW]
    look vrrp-listen "$(<"$LAB/us.listen.pid")"
    look vrrp-elect "$(<"$LAB/us.elect.pid")"
    look vrrp-advert "$(<"$LAB/us.advert.pid")"
    look "vip-follow${1:+ $1}" "$(<"$LAB/us.follow.pid")"
}
vr_both() { # FILE PRIORITY [KEY=VALUE]...
    vr_conf "$1" 3 4 "$2" interval=100ms "${@:3}"
    vr_conf "$1.6" 3 6 "$2" interval=100ms "${@:3}"
    cat "$1.6" >>"$1"
}
told() { grep -qE -- "$1" "$LAB/us.out"; }

chain() {
    local pid
    lab_begin "$LAB" us peer
    vr_both "$LAB/us.vr" 100 fence=yes
    vr_both "$LAB/peer.vr" 150
    mkfifo -m 600 "$LAB/fifo"
    cat >"$LAB/traced" <<END
#!/bin/sh
case \$1 in */vip-follow) set -- "\$@" -C "$LAB/fifo" ;; esac
exec ${TRACE[*]} -o "$LAB/trace" "\$@"
END
    chmod +x "$LAB/traced"
    WRAPPER=$LAB/traced chain_start us -p -C "$LAB/fifo"
    until_true 20 told ' state .* to=active'
    until_true 10 has_address us "$VIP4"
    look_at_chain -C
    chain_start peer
    until_true 20 told ' state .* from=active to=backup'
    ns us ip link set eth0 down
    until_true 10 told ' link if=eth0 state=down'
    ns us ip link del eth0
    until_true 10 told ' link if=eth0 state=gone'
    : >"$LAB/us.out"
    ns bridge ip link add p1 type veth peer name eth0 netns "$(<"$LAB/us.ns")"
    ns bridge ip link set p1 master br0 up
    ns us ip link set eth0 up
    ns us ip addr add 192.0.2.1/24 dev eth0
    until_true 10 told ' link if=eth0 state=up'
    start us ctl.out "${TRACE[@]}" -o "$LAB/trace" -e inject=exit_group:delay_enter=2000000 \
        "$BUILD/vrrp-ctl" -C "$LAB/fifo" status
    pid=$PID
    look vrrp-ctl "$pid"
    until_true 10 ended "$pid"
    grep -q ' status .* name=eth0-v4-51 ' "$LAB/ctl.out"
    : >"$LAB/us.out"
    chain_stop peer
    until_true 20 told ' state .* to=active'
    until_true 10 has_address us "$VIP4"
    chain_stop us
    for pid in $(chain_pids us); do
        until_true 10 ended "$pid"
    done
}

# Another user than root, with no other capabilities than those of the table, has a router all the same.
bare() {
    lab_begin "$LAB" us
    vr_both "$LAB/us.vr" 100
    mkdir "$LAB/bin"
    cp "$BUILD"/v[ri]* "$LAB/bin"
    cat >"$LAB/bare" <<'END'
#!/bin/sh
needs=$(awk -F '\t' -v program="${1##*/}" '$1 == program { print tolower($2) }' "$PAGE/rows" |
    sed 's/cap_/+/g; s/ //g; s/none//; s/^+/-all,+/; s/^$/-all/')
exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps="$needs" --ambient-caps="$needs" \
    --bounding-set="$needs" "$@"
END
    chmod +x "$LAB/bare"
    BUILD=$LAB/bin WRAPPER=$LAB/bare chain_start us -p
    until_true 20 has_address us "$VIP4"
    until_true 20 has_address us "$VIP6"
    look_at_chain
    chain_stop us
}

# All interfaces, one that comes, and a file of packets.
watch() {
    lab_begin "$LAB" us
    start us us.out "${TRACE[@]}" -o "$LAB/trace" "$BUILD/vrrp-listen" any -w "$LAB/packets"
    until_true 10 told ' clock '
    look vrrp-listen "$PID"
    ns us ip link add new0 type veth peer name new1
    ns us ip link set new0 up
    until_true 10 told ' link if=new0 state=up|link if=new0 state=down'
    ns us "$BUILD/vrrp-advert" -F -c 3 if=eth0 vrid=52 prio=100 interval=100ms ip=192.0.2.152
    until_true 10 told ' advert .* vrid=52 '
    ns us ip link del new0
    until_true 10 told ' link if=new0 state=gone'
    kill -TERM "$PID"
    until_true 10 ended "$PID"
}

# once PROGRAM ARGUMENT...: one that ends by itself, held up before it does. The row is that of the program, with -r or -k if
# that is its first argument.
run_once() {
    local name=$1 pid
    shift
    case ${1:-} in -r | -k) name+=" $1" ;; esac
    # shellcheck disable=SC2016 # it is for the shell inside
    start us "once.err" bash -c 'exec "$@" <"$0" >>"$0.out"' "$INPUT" "${TRACE[@]}" -o "$LAB/trace" \
        -e inject=exit_group:delay_enter=5000000 "$BUILD/${name%% *}" "$@"
    pid=$PID
    look "$name" "$pid"
    ONCE+=("$pid")
}
# The same on a terminal, which a server of its own has: a key, another size, the end.
run_screen() { # PROGRAM INPUT
    local mux=(tmux -u -S "$LAB/mux" -f /dev/null) pid
    "${mux[@]}" new-session -d -x 80 -y 24 "exec ${TRACE[*]} -o '$LAB/trace' -e inject=exit_group:delay_enter=2000000 \
        '$BUILD/$1' <'$2'" 3>&-
    pid=$("${mux[@]}" display-message -p '#{pane_pid}')
    until_true 10 confined "$pid"
    "${mux[@]}" resize-window -x 100 -y 30
    "${mux[@]}" send-keys Enter C-l q
    look "$1" "$pid"
    until_true 20 ended "$pid"
}
once() {
    local pid
    lab_begin "$LAB" us peer
    run_screen vrrp-top "$root/tests/pcap/keepalived.lines"
    INPUT=$LAB/lines
    ONCE=()
    cp "$root/tests/pcap/keepalived.lines" "$INPUT"
    run_once vrrp-pick -H advert
    run_once vrrp-json
    printf '%s\n' 'vr host=a seg=lan vrid=51 ip=192.0.2.1' '60 end' >"$LAB/scenario"
    INPUT=$LAB/scenario run_once vrrp-sim
    run_once vrrp-explain --svg "$LAB/picture" --html -
    run_once vrrp-audit -p -S info
    run_once vrrp-elect -t if=eth0 vrid=1 prio=100 ip=192.0.2.101
    run_once vrrp-advert -n
    (umask 077 && echo "key vrid=51 type=pass secret=s3cr3t" >"$LAB/keys")
    run_once vrrp-advert -k "$LAB/keys" -n
    run_once vrrp-listen -r "$root/tests/pcap/keepalived.pcap" -w "$LAB/copy" -H
    run_once vrrp-advert if=eth0 vrid=52 prio=100 interval=100ms ip=192.0.2.152 -c 3
    run_once vip-up eth0 192.0.2.103/24 2001:db8::103/64
    until_true 10 has_address us 192.0.2.103
    run_once vip-down eth0 192.0.2.103 2001:db8::103
    for _ in {1..1000}; do # more than two files hold
        cat "$root/tests/pcap/keepalived.lines"
    done >"$LAB/many"
    INPUT=$LAB/many run_once vrrp-log --size 65536 --keep 2 "$LAB/log"
    until_true 10 test -s "$LAB/log.2"
    echo "send if=eth0 af=4 vrid=53 name=x ver=3 prio=100 interval=1s ip=192.0.2.153/24 vmac=no cksum=pseudo lease=4s" \
        >"$LAB/send"
    INPUT=$LAB/send run_once vip-follow
    until_true 10 has_address us 192.0.2.153
    for pid in "${ONCE[@]}"; do
        until_true 20 ended "$pid"
    done
}

# Of each kind something, which comes and goes.
track() {
    lab_begin "$LAB" us
    mkdir "$LAB/there"
    mkfifo -m 600 "$LAB/there/fifo"
    cat >"$LAB/watches" <<END
watch link=eth0
watch address=192.0.2.1 if=eth0
watch route=192.0.2.0/24
watch cmdline=sleep,4321
watch process=sleep
watch file=$LAB/there/load
END
    start us track.out "${TRACE[@]}" -o "$LAB/trace" "$BUILD/vrrp-track" -C "$LAB/there/fifo" -f "$LAB/watches"
    look vrrp-track "$PID"
    exec 6<>"$LAB/there/fifo"
    echo 5 >"$LAB/there/load"
    start us sleep.out sleep 4321
    until_true 10 grep -q 'sleep,4321: up' "$LAB/track.out"
    kill -KILL "$PID"
    ns us ip link set eth0 down
    until_true 10 grep -q 'sleep,4321: down' "$LAB/track.out"
    until_true 10 grep -q 'eth0: down: eth0 is down' "$LAB/track.out"
    until_true 10 grep -q 'load: up' "$LAB/track.out"
    exec 6>&-
    kill -TERM "$(cut -f 1 "$LAB/runs")"
    until_true 10 ended "$(cut -f 1 "$LAB/runs")"
}

# --- what they say ---------------------------------------------------------------------------------------------------

@test "the system calls of each profile are those of the page" {
    "$BUILD/profiles" | sort -u >"$BATS_TEST_TMPDIR/code"
    sort -u "$PAGE/calls" | diff - "$BATS_TEST_TMPDIR/code"
}

@test "each program has a row in the table, and each row is put to the test" {
    local program programs
    programs=$(sed -n 's/^programs := //p' "$root/Makefile")
    for program in $programs; do
        grep -q "^$program"$'\t' "$PAGE/rows" || { echo "no row: $program" && false; }
    done
    # what starts other programs cannot be confined, and says so
    awk -F '\t' '$4 != "none" { print $1 }' "$PAGE/rows" | sort -u >"$BATS_TEST_TMPDIR/rows"
    cat "$SCENARIOS"/*/runs | cut -f 2 | sort -u | diff "$BATS_TEST_TMPDIR/rows" -
}

# bits CAPABILITIES: as /proc shows them.
bits() {
    local set=0
    [[ $1 != *CAP_DAC_OVERRIDE* ]] || set=$((set | 1 << 1))
    [[ $1 != *CAP_NET_ADMIN* ]] || set=$((set | 1 << 12))
    [[ $1 != *CAP_NET_RAW* ]] || set=$((set | 1 << 13))
    printf '%016x' "$set"
}
# says FILE FIELD VALUE
says() {
    grep -qx "$2:[[:space:]]*$3" "$1" || {
        echo "${1##*/} ($PROGRAM): $(grep "^$2:" "$1"), and not $3"
        return 1
    }
}

@test "what is held while it runs is what the table says" {
    local scenario pid status PROGRAM NEEDS KEEPS PROFILE FILES
    for scenario in chain bare watch once track; do
        finished "$scenario"
        while IFS=$'\t' read -r pid PROGRAM; do
            row "$PROGRAM"
            status=$LAB/status.$pid
            says "$status" CapPrm "$(bits "$KEEPS")"
            says "$status" CapEff "$(bits "$KEEPS")"
            says "$status" CapAmb "$(bits none)"
            [ "$scenario" = bare ] || says "$status" CapBnd "$(bits "$KEEPS")"
            says "$status" NoNewPrivs 1
            says "$status" Seccomp 2
        done <"$LAB/runs"
    done
    [ "$(<"$SCENARIOS/bare/us.status")" = "0 0 0 0" ]
}

# keeps_to TRACE PROFILE FILES: from the moment on that the filter is there it makes the profile's calls and no other, and
# opens nothing but what begins with FILES; none of them was refused; before, it read nothing of others.
keeps_to() {
    awk -v profile="$2" -v files_there="\"$3" '
        FILENAME == ARGV[1] { if ($1 == profile) allowed[$2]; next }
        /^landlock_restrict_self\(.* = 0$/ { files = 1 }
        /^seccomp\(SECCOMP_SET_MODE_FILTER, .*len=.* = 0$/ { confined = 1; next }
        !confined && /^openat\(.*keepalived\.pcap/ { capture = "^read\\(" $NF "," }
        !confined && (/^read\(0,/ || capture && $0 ~ capture) { print "too early: " $0; wrong = 1 }
        !confined || !match($0, /^[a-z0-9_]+\(/) { next }
        {
            name = substr($0, 1, RLENGTH - 1)
            count++
            if (profile == "watcher" && /^openat\([0-9]+, "[0-9]+\/(comm|cmdline)"/) next
            if (!(name in allowed) || / = -1 ENOSYS/ || (name ~ /^open/ && !index($0, files_there))) {
                print "not of " profile ": " $0
                wrong = 1
            }
        }
        END { exit wrong || !files || !confined || count < 3 }' "$PAGE/calls" "$1"
}

@test "no system call beyond its profile is made, and none of it is refused" {
    local scenario pid files PROGRAM NEEDS KEEPS PROFILE FILES
    for scenario in chain watch once track; do
        finished "$scenario"
        while IFS=$'\t' read -r pid PROGRAM; do
            row "$PROGRAM"
            case $PROFILE in
            reporter) files="fifo\"" ;;
            caller) files=fifo ;; # and fifo.answers
            keeper) files="log\"" ;;
            signer) files="keys\"" ;;
            watcher) files=there/ ;;
            *) files=none ;;
            esac
            keeps_to "$LAB/trace.$pid" "$PROFILE" "$LAB/$files" || { echo "$PROGRAM ($pid)" && false; }
        done <"$LAB/runs"
    done
}

# calls_of UNIT: the system calls that its SystemCallFilter leaves, with the sets of this systemd filled in.
calls_of() {
    systemd-analyze syscall-filter --no-pager 2>/dev/null | awk '
        function take(words, on, word) {
            while (match(words, /[^ ]+/)) {
                word = substr(words, RSTART, RLENGTH)
                words = substr(words, RSTART + RLENGTH)
                if (word ~ /^@/) words = words sets[word]
                else if (on) allowed[word]
                else delete allowed[word]
            }
        }
        FILENAME == "-" && /^@/ { name = $1; next }
        FILENAME == "-" && /^ +[@a-z0-9_-]+$/ { sets[name] = sets[name] " " $1; next }
        sub(/^SystemCallFilter=/, "") {
            if (!first++) take("@default", 1)
            on = !sub(/^~/, "")
            take($0, on)
        }
        END { for (call in allowed) print call }' - "$1"
}

@test "the systemd unit leaves each system call that a stage makes, from its start on" {
    finished chain
    calls_of "$root/scripts/systemd/vrrp-tools.service" | sort >"$BATS_TEST_TMPDIR/left"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/left")" -gt 100 ]
    # threads of their own open the rings: each has a trace
    cat "$LAB"/trace.* | grep -oE '^[a-z0-9_]+\(' | tr -d '(' | sort -u >"$BATS_TEST_TMPDIR/made"
    grep -qx capset "$BATS_TEST_TMPDIR/made"
    run comm -13 "$BATS_TEST_TMPDIR/left" "$BATS_TEST_TMPDIR/made"
    echo "$output"
    [ -z "$output" ]
}

@test "without any capability it is confined as well" {
    local pid
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    exec 7<>"$BATS_TEST_TMPDIR/fifo"
    setpriv --inh-caps=-all --bounding-set=-all "$BUILD/vrrp-pick" <"$BATS_TEST_TMPDIR/fifo" 3>&- 7>&- &
    pid=$!
    until_true 10 confined "$pid"
    grep -qx 'NoNewPrivs:[[:space:]]*1' "/proc/$pid/status"
    exec 7>&-
    wait "$pid" || [ $? -eq 1 ] # nothing matched
}

# warns WORDS CALL...: on a kernel that fails these, there is one line, of these words, and it goes on.
warns() {
    local words=$1 call inject=()
    shift
    for call; do
        inject+=(-e "inject=$call:error=ENOSYS")
    done
    strace -qq -o /dev/null "${inject[@]}" "$BUILD/vrrp-pick" advert <"$root/tests/pcap/keepalived.lines" \
        >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
    grep ' advert ' "$root/tests/pcap/keepalived.lines" | cmp - "$BATS_TEST_TMPDIR/out"
    diff - "$BATS_TEST_TMPDIR/err" <<END
vrrp-pick: this system has no $words: it goes on with more than it needs (PRIVILEGES in vrrp-tools(7))
END
}

@test "a kernel without Landlock, without seccomp, or without both: one warning that names them, and it goes on" {
    warns Landlock landlock_create_ruleset
    warns seccomp seccomp
    warns "Landlock and no seccomp" landlock_create_ruleset seccomp
}
