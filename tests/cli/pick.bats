#!/usr/bin/env bats
# vrrp-pick: what it passes on, to the byte; columns; counting and waiting; bad lines; how it ends.

# shellcheck disable=SC2094,SC2154 # cmp reads what was read before it; bats sets stderr and stderr_lines

bats_require_minimum_version 1.5.0

setup() {
    pick=${BUILD:-$BATS_TEST_DIRNAME/../../build}/vrrp-pick
    work=$BATS_TEST_TMPDIR
    # A clock line, three adverts, a word of the future, blanks, a comment; one line by hand, without TIME.
    cat >"$work/lines" <<'LINES'
1763796129.000000000 clock mono=100.000000 boot=f00d source=file
1763796129.100000000 advert if=eth0 af=4 vrid=51 prio=150 interval=1s src=192.0.2.2 auth=none ip=192.0.2.1,192.0.2.10
# a comment

1763796130.100000000 advert  if=eth0 af=4 vrid=52 prio=100 interval=1s src=192.0.2.3 auth=none flags=trailing ip=192.0.2.9
1763796131.100000000 whatever this=that note=a%20b
1763796132.100000000 advert if=eth1 af=6 vrid=51 prio=255 interval=100ms src=fe80::2 auth=none ip=fe80::1
elected if=eth0 af=4 vrid=51 active=192.0.2.3 was=192.0.2.2 prio=100 gap=3.609375s why=timed-out
LINES
}

teardown() {
    local pid
    for pid in $(jobs -p); do
        kill "$pid" 2>/dev/null || true
    done
}

now_ms() {
    echo $((${EPOCHREALTIME/./} / 1000))
}

# within SECONDS COMMAND...: it becomes true in that time.
within() {
    local end=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        [ "$(now_ms)" -lt "$end" ] || return 1
        sleep 0.02
    done
}

@test "without a word every well-formed line passes; blanks and comments do not" {
    "$pick" <"$work/lines" >"$work/out"
    grep -v -e '^#' -e '^$' "$work/lines" | cmp - "$work/out"
}

@test "what matches passes unchanged, to the byte: blanks, a CR, a comment behind it, RFC 3339" {
    printf '%s\r\n' '1.5  advert   vrid=51	prio=7  # well' 'advert vrid=51' >"$work/in"
    printf '%s\n' '2026-11-22T03:14:07.123456789+01:00 advert vrid=51' '0000001.5 advert vrid=51 x=%7e' >>"$work/in"
    "$pick" advert vrid=51 <"$work/in" | cmp - "$work/in"
}

@test "a last line without newline counts, and gets one" {
    run -0 --keep-empty-lines "$pick" advert < <(printf 'advert vrid=1')
    [ "$output" = $'advert vrid=1\n' ]
}

@test "events are alternatives, keys all must match" {
    [ "$("$pick" -k event,vrid elected whatever <"$work/lines")" = $'whatever\t-\nelected\t51' ]
    [ "$("$pick" -k time vrid=51 af=4 advert <"$work/lines")" = 1763796129.100000000 ]
    [ "$("$pick" -k src vrid!=51 advert <"$work/lines")" = 192.0.2.3 ]
}

@test "values compare by meaning: durations, ranges, addresses, lists, time" {
    [ "$("$pick" -k src interval=0.1s <"$work/lines")" = fe80::2 ]
    [ "$("$pick" -k src prio=120..200 <"$work/lines")" = 192.0.2.2 ]
    [ "$("$pick" -k prio ip=192.0.2.10 <"$work/lines")" = 150 ]
    [ "$("$pick" -k prio src=192.0.2.0..192.0.2.2 <"$work/lines")" = 150 ]
    [ "$("$pick" -k gap gap=3s..4s <"$work/lines")" = 3.609375s ]
    [ "$("$pick" -k event time=2025-11-22T07:22:10Z..2025-11-22T07:22:11.5Z <"$work/lines")" = $'advert\nwhatever' ]
}

@test "options count anywhere on the line" {
    [ "$("$pick" advert -k src vrid=52 <"$work/lines")" = 192.0.2.3 ]
}

@test "-k: columns by tabs, - for what is missing, values as they are written" {
    "$pick" -k time,event,vrid,flags,note <"$work/lines" >"$work/out"
    cat >"$work/expected" <<'COLUMNS'
1763796129.000000000	clock	-	-	-
1763796129.100000000	advert	51	-	-
1763796130.100000000	advert	52	trailing	-
1763796131.100000000	whatever	-	-	a%20b
1763796132.100000000	advert	51	-	-
-	elected	51	-	-
COLUMNS
    cmp "$work/expected" "$work/out"
    [ "$("$pick" -k vrid -k src,vrid elected advert vrid=52 <"$work/lines")" = $'52\t192.0.2.3\t52' ]
}

@test "-k: the longest line, its value in 64 columns" {
    local value
    value=$(head -c 16370 /dev/zero | tr '\0' x)
    printf 'bad note=%s\nbad note=y\n' "$value" >"$work/in"
    "$pick" -k "$(printf 'note,%.0s' {1..63})note" <"$work/in" >"$work/out"
    [ "$(tr '\t' '\n' <"$work/out" | sort | uniq -c | tr -s ' ' | tr -d '\n')" = " 64 $value 64 y" ]
}

@test "--set: at its place, where it belongs, and nothing else is touched" {
    "$pick" --set seg=ams vrid=52 <"$work/lines" >"$work/out"
    sed -n 's/advert  if=eth0 af=4 vrid=52/advert seg=ams  if=eth0 af=4 vrid=52/p' "$work/lines" | cmp - "$work/out"
    # all lines: of an event that has no segment, or names nothing, as they were
    "$pick" --set seg='ams 1' --set note=100% <"$work/lines" >"$work/out"
    "$pick" <"$work/lines" | sed -E '/ (advert|elected) |^(advert|elected) /s/(advert|elected) /\1 seg=ams%201 /
        /note=/!s/$/ note=/; s/note=[^ ]*/note=100%25/' | cmp - "$work/out"
    # what is set stands in the columns, and no filter looks at it
    [ "$("$pick" --set vrid=7 -k vrid,prio vrid=52 <"$work/lines")" = $'7\t100' ]
    [ "$("$pick" -H --set prio=7 vrid=52 <"$work/lines" | grep -c ' prio=7 ')" = 1 ]
    run -1 "$pick" --set vrid=7 vrid=7 <"$work/lines"
}

@test "--set: a line that would be too long is reported and left out" {
    {
        printf 'bad note=' && head -c 16370 /dev/zero | tr '\0' x && printf '\nbad vrid=5\n'
    } >"$work/in"
    run -0 --separate-stderr "$pick" --set prio=100 <"$work/in"
    [ "$output" = 'bad vrid=5 prio=100' ]
    [ "$stderr" = 'vrrp-pick: standard input:1: with what is to be set the line would be too long' ]
}

@test "-H prints time as people read it, and leaves the rest alone" {
    export TZ=UTC
    [ "$("$pick" -H vrid=52 <"$work/lines")" = \
        '2025-11-22T07:22:10.100000000+00:00 advert  if=eth0 af=4 vrid=52 prio=100 interval=1s src=192.0.2.3 auth=none flags=trailing ip=192.0.2.9' ]
    [ "$("$pick" -H -k time,vrid af=6 <"$work/lines")" = $'2025-11-22T07:22:12.100000000+00:00\t51' ]
    [ "$("$pick" -H elected <"$work/lines")" = "$(tail -n 1 "$work/lines")" ]
}

@test "exit status: 0 when something matched, 1 when nothing did" {
    run -0 "$pick" advert <"$work/lines"
    run -1 "$pick" advert vrid=53 <"$work/lines"
    [ -z "$output" ]
    run -1 "$pick" </dev/null
    run -1 "$pick" -k vrid vrid=53 <"$work/lines"
}

@test "wrong usage: exit 2, the word, what is allowed, and nothing is read" {
    local words
    for words in '-x' '-c 0' '-c x' '-T 4' '-T -1s' '-k VRID' '-k vrid,' '-k 1' 'Advert' 'vrid=' '=5' 'prio=2..1' 'time=now' \
        'gap=1..2s' '--fast' '--set' '--set seg' '--set seg=' '--set Seg=x' '--set time=1' '--set vrid=x' '--set smac=1' \
        '--set seg=a --set seg=b'; do
        # shellcheck disable=SC2086 # several words
        run -2 --separate-stderr "$pick" $words <"$work/lines"
        [ -z "$output" ]
        [[ ${stderr_lines[0]} == "vrrp-pick: "*"${words##* }"* ]]
    done
}

@test "-c ends after so many matches, with input still open" {
    mkfifo "$work/in"
    timeout 20 "$pick" -c 2 advert <"$work/in" >"$work/out" &
    local pid=$!
    exec 7>"$work/in"
    cat "$work/lines" >&7
    wait "$pid"
    exec 7>&-
    [ "$(grep -c advert "$work/out")" = 2 ]
    run -0 "$pick" -c 5 advert <"$work/lines" # fewer are no failure without -T, like grep -m
    [ "${#lines[@]}" = 3 ]
}

@test "-T: nothing in time is exit 1, not before the time, also when no line comes at all" {
    local start
    mkfifo "$work/in"
    sleep 30 >"$work/in" &
    start=$(now_ms)
    run -1 timeout 20 "$pick" -T 300ms advert <"$work/in"
    [ $(($(now_ms) - start)) -ge 300 ]
}

@test "-T: time runs out also while lines that do not match keep coming" {
    local start
    start=$(now_ms)
    run -1 timeout 20 "$pick" -T 300ms elected < <(yes 'advert vrid=51')
    [ $(($(now_ms) - start)) -ge 300 ]
}

@test "-T with -c: 0 as soon as so many matched, else 1" {
    local start
    start=$(now_ms)
    run -0 timeout 20 "$pick" -c 3 -T 15s advert < <(cat "$work/lines" && exec sleep 20)
    [ $(($(now_ms) - start)) -lt 14000 ]
    [ "${#lines[@]}" = 3 ]
    run -1 timeout 20 "$pick" -c 4 -T 300ms advert < <(cat "$work/lines" && exec sleep 20)
    [ "${#lines[@]}" = 3 ]
    run -1 timeout 20 "$pick" -c 4 -T 15s advert <"$work/lines" # the end of input comes first
}

@test "-T without -c runs until the time is over, and is 0 when anything matched" {
    local start
    start=$(now_ms)
    run -0 timeout 20 "$pick" -T 400ms advert < <(cat "$work/lines" && exec sleep 20)
    [ $(($(now_ms) - start)) -ge 400 ]
    [ "${#lines[@]}" = 3 ]
}

@test "a match is seen at once, not at the end of input" {
    mkfifo "$work/in"
    timeout 20 "$pick" elected <"$work/in" >"$work/out" &
    exec 7>"$work/in"
    cat "$work/lines" >&7
    within 10 grep -q '^elected' "$work/out"
    printf 'elected vrid=' >&7 # half a line waits for the other half
    sleep 0.1
    [ "$(wc -l <"$work/out")" = 1 ]
    printf '99\n' >&7
    within 10 grep -q 'vrid=99' "$work/out"
    exec 7>&-
    wait
}

@test "a bad line is reported with its number and its word, and skipped" {
    {
        printf 'advert vrid=1\nadvert vrid=1 vrid=2\nAdvert vrid=1\nadvert vrid=\nadvert vrid\nadvert x=%%zz\n'
        printf 'advert \000=1\nadvert x=\377\n99-99 advert vrid=1\n'
        head -c 1000000 /dev/zero | tr '\0' a
        printf '\nadvert vrid=2\n'
    } >"$work/in"
    run -0 --separate-stderr "$pick" <"$work/in"
    [ "$output" = $'advert vrid=1\nadvert vrid=2' ]
    [ "${#stderr_lines[@]}" = 9 ]
    [[ ${stderr_lines[0]} == "vrrp-pick: standard input:2: vrid=2: duplicate key" ]]
    [[ ${stderr_lines[1]} == *":3: Advert: "* ]]
    [[ ${stderr_lines[2]} == *":4: vrid=: "* ]]
    [[ ${stderr_lines[3]} == *":5: vrid: "* ]]
    [[ ${stderr_lines[4]} == *":6: "*zz* ]]
    [[ ${stderr_lines[5]} == *":7: "*NUL* ]]
    [[ ${stderr_lines[6]} == *":8: "* ]]
    [[ ${stderr_lines[7]} == *":9: 99-99: "* ]]
    [[ ${stderr_lines[8]} == *":10: "*16384* ]]
}

@test "a reader that goes away ends it quietly with 0, though no line comes any more" {
    mkfifo "$work/in"
    sleep 30 >"$work/in" &
    (
        set +e
        timeout 20 "$pick" advert <"$work/in" 2>"$work/err"
        echo $? >"$work/status"
    ) | true
    [ "$(cat "$work/status")" = 0 ]
    [ ! -s "$work/err" ]
    yes 'advert vrid=51' | {
        set +e
        timeout 20 "$pick" 2>"$work/err"
        echo $? >"$work/status"
    } | head -n 1 >"$work/out"
    [ "$(cat "$work/out")" = 'advert vrid=51' ]
    [ "$(cat "$work/status")" = 0 ]
    [ ! -s "$work/err" ]
}

@test "a full disk is exit 3, and said" {
    local status=0
    "$pick" <"$work/lines" >/dev/full 2>"$work/err" || status=$?
    [ "$status" = 3 ]
    grep -q 'standard output: No space left on device' "$work/err"
}

@test "standard input or output that cannot be used is exit 3" {
    run -3 "$pick" <"$work"
    [[ $output == *"standard input: Is a directory"* ]]
    run -3 bash -c '"$1" <&-' - "$pick"
    [[ $output == *"standard input: Bad file descriptor"* ]]
    run -3 bash -c '"$1" >&- </dev/null' - "$pick"
    [[ $output == *"standard output: Bad file descriptor"* ]]
}

@test "INT, TERM: on to the end of input first, so that nothing is lost" {
    local signal
    for signal in INT TERM; do
        rm -f "$work/in"
        mkfifo "$work/in"
        "$pick" advert <"$work/in" >"$work/out" &
        local pid=$!
        exec 7>"$work/in"
        echo 'advert vrid=1' >&7
        within 10 test -s "$work/out"
        kill -"$signal" "$pid"
        kill -HUP "$pid"
        echo 'advert vrid=2' >&7
        exec 7>&-
        wait "$pid"
        [ "$(cat "$work/out")" = $'advert vrid=1\nadvert vrid=2' ]
    done
}

@test "INT, TERM without an end of input: not for longer than 2 s; a slow reader does not hold it either" {
    mkfifo "$work/in" "$work/full"
    sleep 30 >"$work/in" &
    "$pick" advert <"$work/in" >"$work/out" &
    local pid=$! status=0
    sleep 0.2
    kill "$pid"
    wait "$pid" || status=$?
    [ "$status" = 1 ] # nothing matched

    exec 8<>"$work/full" # open for reading, and nobody reads
    yes 'advert vrid=51' | "$pick" >"$work/full" &
    pid=$!
    sleep 0.2
    kill "$pid"
    wait "$pid"
    exec 8<&-
}

@test "a terminal as input: it says that it reads lines from it, and prints time for people on one" {
    NO_COLOR=1 TZ=UTC run -0 timeout 20 script -qec "'$pick' -T 5s -c 1" /dev/null < <(sleep 0.5 && printf '1.5 advert vrid=1\n' && exec sleep 5)
    [[ $output == *"vrrp-pick: reading lines from the terminal"* ]]
    [[ $output == *"1970-01-01T00:00:01.500000000+00:00 advert vrid=1"* ]]
}

@test "a long file through a pipe comes out whole, in pieces of whole lines" {
    local i
    for ((i = 0; i < 20000; i++)); do
        echo "1763796129.$((100000000 + i)) advert vrid=$((i % 255 + 1)) note=$i"
    done >"$work/in"
    "$pick" <"$work/in" | (sleep 0.3 && cat) | cmp - "$work/in"
    grep ' vrid=7 ' "$work/in" >"$work/expected"
    "$pick" vrid=7 < <(cat "$work/in") | cmp - "$work/expected"
}
