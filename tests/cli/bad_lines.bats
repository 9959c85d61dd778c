#!/usr/bin/env bats
# shellcheck disable=SC2154 # stderr is set by bats's run --separate-stderr
# Lines that are wrong. In a file: file, line and word are named, nothing starts, exit 2. At run time: reported and
# skipped, and the rest counts.
bats_require_minimum_version 1.5.0

setup() {
    BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
    PATH=$BUILD:$PATH
    cd "$BATS_TEST_TMPDIR" || return
}

good='vr if=eth0 vrid=51 ip=192.0.2.1/24'
advert='advert if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.2 ip=192.0.2.1'

# refused FILE NUMBER TEXT...: the file is refused at that line, and the message has each text.
refused() {
    local file=$1 number=$2 text
    shift 2
    run -2 --separate-stderr timeout 20 vrrp-elect -t -f "$file" </dev/null
    [ -z "$output" ] || { echo "something was started: $output"; return 1; }
    [[ $stderr == "vrrp-elect: $file:$number: "* ]] || { echo "no $file:$number: $stderr"; return 1; }
    for text in "$@"; do
        [[ $stderr == *"$text"* ]] || { echo "no '$text': $stderr"; return 1; }
    done
}

# wrong WORDS TEXT...: a vr line of these words is refused, as the third line of a file.
wrong() {
    printf '# routers\n\nvr %s\n' "$1" >conf
    shift
    refused conf 3 "$@"
}

# A router configured by the file starts: the run ends with it going from backup to init.
starts() {
    run -0 --separate-stderr timeout 20 vrrp-elect -t -f "$1" <<<'1000 tick every=100ms'
    [ -z "$stderr" ]
    [[ $output == *" state if=eth0 af=4 vrid=51 name=eth0-v4-51 from=init to=backup "* ]]
    [[ $output == *" ip=192.0.2.1/24 "* ]]
}

@test "an unknown key is named, with the one that was probably meant" {
    wrong 'if=eth0 vrid=51 prioirty=150 ip=192.0.2.1' 'prioirty=150: ' 'unknown key; did you mean prio?'
    wrong 'interface=eth0 vrid=51 ip=192.0.2.1' 'interface=eth0: ' 'did you mean if?'
    wrong 'if=eth0 vrid=51 ip=192.0.2.1 colour=red' 'colour=red: ' 'unknown key'
}

@test "a wrong value is named, with what is allowed" {
    wrong 'if=eth0 vrid=256 ip=192.0.2.1' 'vrid=256: ' '1..255'
    wrong 'if=eth0 vrid=51 prio=0 ip=192.0.2.1' 'prio=0: ' '1..255; 0 is reserved'
    wrong 'if=eth0 vrid=51 ip=192.0.2.1 preempt=maybe' 'preempt=maybe: ' 'yes or no'
    wrong 'if=eth0 vrid=51 ip=192.0.2.1 ver=2 interval=1500ms' 'interval=1500ms: ' 'whole seconds from 1s to 255s'
    wrong 'if=eth0 vrid=51 ip=192.0.2.1 interval=15ms' 'interval=15ms: ' 'multiples of 10ms from 10ms to 40950ms'
    wrong 'if=sixteen-bytes-xx vrid=51 ip=192.0.2.1' 'if=sixteen-bytes-xx: ' '1..15 bytes'
}

@test "an address that cannot be is named" {
    wrong 'if=eth0 vrid=51 ip=192.0.2.300' 'ip=192.0.2.300: ' 'not an address'
    wrong 'if=eth0 vrid=51 ip=192.0.2.1,fe80::1' 'ip=192.0.2.1,fe80::1: ' 'fe80::1' 'one family only'
    wrong 'if=eth0 vrid=51 af=6 ip=192.0.2.1' 'af=6: ' 'contradicts ip='
    wrong 'if=eth0 vrid=51 ip=192.0.2.1 src=fe80::1' 'src=fe80::1: ' 'family'
    wrong 'if=eth0 vrid=51 ver=2 ip=fe80::1' 'ver=2: ' 'no IPv6'
    wrong 'if=eth0 vrid=51 ip=224.0.0.18' 'ip=224.0.0.18: ' 'multicast'
    wrong 'if=eth0 vrid=51 ip=192.0.2.1,192.0.2.1' 'ip=192.0.2.1,192.0.2.1: ' 'twice'
}

@test "what is missing is named" {
    wrong 'vrid=51 ip=192.0.2.1' 'if: missing'
    wrong 'if=eth0 ip=192.0.2.1' 'vrid: missing'
    wrong 'if=eth0 vrid=51' 'ip: missing'
}

@test "a word that is no key=value, a duplicate and an escape that is none are named" {
    wrong 'if=eth0 vrid=51 192.0.2.1' '192.0.2.1: ' 'not key=value'
    wrong 'if=eth0 vrid=51 ip=' 'ip=: ' 'a value is missing'
    wrong 'if=eth0 vrid=51 VRID=52 ip=192.0.2.1' 'VRID=52: ' 'lower-case'
    wrong 'if=eth0 vrid=51 vrid=52 ip=192.0.2.1' 'vrid=52: ' 'duplicate'
    wrong 'if=eth0 vrid=51 name=100%25%zz ip=192.0.2.1' '%XX'
    printf '%s\nrv if=eth0\n' "$good" >conf
    refused conf 2 'rv: not a vr line'
    printf '12x %s\n' "$good" >conf
    refused conf 1 '12x: not a time'
}

@test "NUL bytes are refused, not cut at" {
    printf '%s\nvr if=eth1\0 vrid=52 ip=192.0.2.2\n' "$good" >conf
    refused conf 2 'NUL'
    printf '%s\n# a comment \0\n' "$good" >conf
    refused conf 2 'NUL'
}

@test "a line of 1 MB is refused, wherever it stands" {
    { echo "$good"; printf 'vr name='; head -c 1048576 /dev/zero | tr '\0' x; echo; } >conf
    refused conf 2 'longer than 16384 bytes'
    { printf '# '; head -c 1048576 /dev/zero | tr '\0' x; echo; echo "$good"; } >conf
    refused conf 1 'longer than 16384 bytes'
    { echo "$good"; head -c 1048576 /dev/zero | tr '\0' x; } >conf
    refused conf 2 'longer than 16384 bytes'
}

@test "a line of 16384 bytes is taken, one more is too long" {
    { printf '%s #' "$good"; head -c $((16384 - ${#good} - 2)) /dev/zero | tr '\0' x; echo; } >conf
    [ "$(head -n 1 conf | wc -c)" -eq 16385 ]
    starts conf
    sed -i 's/$/x/' conf
    refused conf 1 'longer than 16384 bytes'
}

@test "a file of another system's line ends is taken" {
    printf '# routers\r\n\r\n%s\r\n' "$good" >conf
    starts conf
    printf '# routers\r\nvr if=eth0 vrid=51 ip=192.0.2.1 prio=300\r\n' >conf
    refused conf 2 'prio=300: ' '1..255'
}

@test "a last line without its newline is taken" {
    printf '# routers\n%s' "$good" >conf
    starts conf
    printf '%s\nvr if=eth0 vrid=52 ip=192.0.2.2 prio=300' "$good" >conf
    refused conf 2 'prio=300: '
}

@test "an operand that is wrong is named, and nothing starts" {
    local row
    for row in 'prioirty=150' 'prio=300' 'src=fe80::1' 'prio' 'ip=192.0.2.1'; do
        run -2 --separate-stderr timeout 20 vrrp-elect -t if=eth0 vrid=51 ip=192.0.2.1 "$row" <<<"$advert"
        [ -z "$output" ]
        [[ $stderr == "vrrp-elect: $row: "* ]]
    done
}

@test "an operand that is a comment, empty, or has a blank takes nothing along" {
    local row
    for row in '#' '#vmac=yes' '' ' ' 'name=a b' $'prio=5\r'; do
        for program in 'vrrp-elect -t' 'vrrp-advert -n -c 1'; do
            # shellcheck disable=SC2086 # program and options
            run -2 --separate-stderr timeout 20 $program if=eth0 vrid=51 ip=192.0.2.1 src=192.0.2.2 "$row" colour=red </dev/null
            [ -z "$output" ]
            [[ ${stderr_lines[0]} == *": "* && ${stderr_lines[0]} != *colour* ]]
        done
    done
    run -2 --separate-stderr vrrp-elect if=eth0 vrid=51 ip=192.0.2.1 '#track=web'
    [ "$stderr" = "vrrp-elect: #track=web: not key=value" ]
    run -2 --separate-stderr vrrp-elect if=eth0 vrid=51 ip=192.0.2.1 ''
    [ "$stderr" = "vrrp-elect: '': not key=value" ]
    run -2 --separate-stderr vrrp-elect if=eth0 vrid=51 ip=
    [ "$stderr" = "vrrp-elect: ip=: a value is missing" ]
}

# What a running program is told that makes no sense, in each way in which a line can be bad.
bad_input() {
    printf 'advert if=eth0 af=4 vrid=999 ver=3 prio=150 interval=1s src=192.0.2.2\n'
    printf 'advert if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=fe80::1\n'
    printf 'advert \0\n'
    printf 'ADVERT af=4\n'
    printf 'advert af=4 af=4\n'
    printf -- '-5 advert af=4\n'
    head -c 1048576 /dev/zero | tr '\0' x
    echo
}

@test "a running program reports each bad line once, skips it, and goes on" {
    local number
    { bad_input; printf '%s\r\n' "$advert"; } >input
    run -0 --separate-stderr timeout 20 vrrp-elect <input
    [ "$(wc -l <<<"$output")" -eq 1 ]
    [[ $output == *" elected if=eth0 af=4 vrid=51 active=192.0.2.2 prio=150 why=first" ]]
    [ "${#stderr_lines[@]}" -eq 7 ]
    for number in 1 2 3 4 5 6 7; do
        [[ ${stderr_lines[number - 1]} == "vrrp-elect: standard input:$number: "* ]]
    done
    [[ ${stderr_lines[0]} == *vrid* && ${stderr_lines[1]} == *src* && ${stderr_lines[2]} == *NUL* ]]
    [[ ${stderr_lines[3]} == *ADVERT* && ${stderr_lines[4]} == *af=4*duplicate* && ${stderr_lines[5]} == *'-5: '* ]]
    [[ ${stderr_lines[6]} == *16384* ]]
}

@test "a router goes on through bad lines: its decisions are those without them" {
    local n
    for n in $(seq 1 40); do
        echo "$((1000 + n)).5 advert if=eth0 af=4 vrid=51 dir=in ver=3 prio=150 interval=1s src=192.0.2.2 ip=192.0.2.1"
    done >lines
    echo '1050 tick every=100ms' >>lines
    while read -r line; do
        echo "$line"
        bad_input | head -n 6
    done <lines >mixed
    timeout 60 vrrp-elect -t if=eth0 vrid=51 ip=192.0.2.1 prio=100 <lines >expected
    timeout 60 vrrp-elect -t if=eth0 vrid=51 ip=192.0.2.1 prio=100 <mixed >got 2>messages
    grep -q ' to=active why=timed-out ' expected
    cmp expected got
    [ -s messages ]
    [ "$(wc -l <messages)" -lt 120 ] # and it does not fill the disk with them
}

@test "random bytes end nothing" {
    head -c 300000 /dev/urandom | tr -d '0-9' >noise # no TIME: old lines would be refused
    { cat noise; printf '\n%s\n' "$advert"; } >input
    run -0 --separate-stderr timeout 60 vrrp-elect <input
    [[ $output == *" elected if=eth0 af=4 vrid=51 active=192.0.2.2 prio=150 why=first"* ]]
}
