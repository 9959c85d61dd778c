#!/usr/bin/env bats
# vrrp-json: lines as JSON and back, on what programs write and on what somebody may send; that other parsers and the JSON
# Schema agree; messages, exit status.

# shellcheck disable=SC2154 # bats sets stderr_lines

bats_require_minimum_version 1.5.0

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    BUILD=${BUILD:-$root/build}
    PATH=$BUILD:$PATH
    cd "$BATS_TEST_TMPDIR" || return
}

# All that our programs write: packets of every kind, decisions, observations, a status, what operators write.
every_line() {
    hex2pcap <"$root/tests/unit/vectors.tsv" >vectors.pcap
    vrrp-listen -r vectors.pcap -i eth0 >heard
    printf 'track name=web state=up for=5s\nstatus id=7\nyield name=a\nyield name=a off=yes\nnovr name=a\nstop\n' >>heard
    printf 'vr if=eth0 vrid=10 ip=192.0.2.254 name=a track=web:+3,db:-2 src=192.0.2.9\nvr if=eth0 vrid=10 ip=fe80::1\n' >file
    cat heard
    vrrp-elect -t -p -f file <heard
    for capture in "$root"/tests/pcap/*.pcap*; do
        vrrp-listen -r "$capture" -i eth0
    done
    grep -v '^#' "$root/tests/pcap/keepalived.lines"
    # the page's examples, one of each event
    awk '/^\.Ss / { event = $2 } /^\.Ed/ { on = 0 } on { sub(/ +#.*/, ""); print } /^\.Bd -literal$/ && event { on = 1 }
        /^\.Sh EXAMPLES/ { exit }' "$root/man/vrrp-events.5"
}

@test "what programs write comes back to the byte, also when jq and Python have had it" {
    every_line >lines
    [ "$(wc -l <lines)" -ge 800 ]
    [ "$(sed -E 's/^[0-9.]+ //; s/ .*//' lines | sort -u | wc -l)" -ge 22 ]
    vrrp-json <lines >objects
    vrrp-json --lines <objects | cmp - lines
    jq -c . <objects | vrrp-json --lines | cmp - lines
    jq -c --ascii-output 'del(.t)' <objects | vrrp-json --lines | cmp - lines
    python3 -c 'import json, sys
for line in sys.stdin: print(json.dumps(json.loads(line)))' <objects | vrrp-json --lines | cmp - lines
}

@test "what is written keeps to the JSON Schema, and the schema says no to what does not" {
    every_line | vrrp-json >objects
    printf '%s\n' 'lost n=9007199254740993' 'x a=1 time=2 note=%FF' | vrrp-json >>objects
    cat >wrong <<'WRONG'
{"event":"advert","vrid":"51"}
{"event":"advert","vrid":51.5}
{"event":"advert","vrid":-1}
{"event":"advert","ip":"192.0.2.1"}
{"event":"elected","gap":"3.4s"}
{"event":"vr","preempt":"yes"}
{"event":"link","mac":"00-00-5e-00-01-33"}
{"event":"Advert"}
{"vrid":51}
{"event":"tick","time":"2026-11-22T03:12:09Z"}
{"event":"tick","new-key":"1"}
WRONG
    python3 - "$root/share/vrrp-lines.schema.json" <<'CHECK'
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
judge = Draft202012Validator(schema)
seen = 0
for line in open("objects"):
    for error in judge.iter_errors(json.loads(line)):
        sys.exit(f"{line}{error.message}")
    seen += 1
for line in open("wrong"):
    if judge.is_valid(json.loads(line)):
        sys.exit(f"valid: {line}")
sys.exit(seen < 800)
CHECK
}

@test "text of any language, any byte, and what could break JSON" {
    cat >lines <<'LINES'
x a=b%C3%BCro%20%E6%97%A5%E6%9C%AC%F0%9F%98%80 b=%FF%C3( c="},{" d=\\u0041 e=%0A%0D%00%1B[2J f=100%25 g=%25FF h=%E2%80%A8
LINES
    vrrp-json <lines >objects
    [ "$(wc -l <objects)" -eq 1 ]
    run -1 grep -P '[\x00-\x09\x0b-\x1f\x7f]' objects
    vrrp-json --lines <objects | cmp - lines
    python3 - <<'CHECK'
import json
o = json.loads(open("objects", encoding="utf-8").read())
assert o == {"event": "x", "a": "büro 日本😀", "b": "%FF%C3(", "c": '"},{"', "d": "\\\\u0041", "e": "\n\r%00\x1b[2J",
             "f": "100%", "g": "%25FF", "h": "\u2028"}, o
CHECK
}

# Python is the judge of what is JSON: objects of random pieces are taken here if and only if they are taken there.
@test "what is taken for JSON is JSON, and all that is JSON is taken" {
    python3 - <<'MAKE'
import json, random, sys
random.seed()
seed = random.randrange(1 << 32)
random.seed(seed)
print("seed", seed)
pieces = ['"a"', '"b\\n"', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\ud83d"', '"é"', '"\\x"', '"', '\\', '1', '-1', '01', '1.5', '1.',
          '1e5', '1E-2', 'e', '-', '0', 'true', 'false', 'null', 'nul', '[', ']', '[1,"x"]', '[]', '[1,]', ',', ' ', '\t', 'x']
texts, verdicts = [], []
def no_constant(word):
    raise ValueError(word)
for i in range(6000):
    value = "".join(random.choice(pieces) for _ in range(random.choice([1, 1, 1, 2, 3])))
    text = '{"event":"x","k":' + value + '}'
    try:
        o = json.loads(text, parse_constant=no_constant)
        if not isinstance(o, dict):
            raise ValueError
        nested = isinstance(o["k"], list) and any(isinstance(v, list) for v in o["k"])
        flat = o["k"] if isinstance(o["k"], list) else [o["k"]]
        lone = any(isinstance(v, str) and any(0xd800 <= ord(c) < 0xe000 for c in v) for v in flat)
        good = not nested and not lone and o.keys() <= {"event", "k"}
        if o["k"] in ("", [""]) or (isinstance(o["k"], list) and None in o["k"]): # no value of a line
            good = False
    except ValueError:
        good = False
    texts.append(text)
    verdicts.append(good)
open("objects", "w", encoding="utf-8").write("".join(t + "\n" for t in texts))
open("verdicts", "w").write("".join(t + "\n" for t, v in zip(texts, verdicts) if v))
assert 300 < sum(verdicts) < 5500, sum(verdicts)
MAKE
    run -1 --separate-stderr vrrp-json --lines <objects
    [ "${#lines[@]}" -eq "$(wc -l <verdicts)" ]
    run -0 --separate-stderr vrrp-json --lines <verdicts
    [ "${#lines[@]}" -eq "$(wc -l <verdicts)" ]
}

@test "a line that is malformed is named and left out: exit 1" {
    run -1 --separate-stderr vrrp-json < <(printf 'advert vrid=1\nAdvert vrid=1\n# comment\n\nadvert vrid=2\n')
    [ "${#lines[@]}" -eq 2 ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ ${stderr_lines[0]} == "vrrp-json: standard input:2: Advert: not an event"* ]]
    printf '%s\n' '{"event":"x","a":"1"}' '' '{"event":"lost","n":1.5}' '{"event":"x"' 'advert vrid=1' '{"a":1}' \
        '{"event":"x","a":{}}' '{"event":"x","a":"2"}' >objects
    run -1 --separate-stderr vrrp-json --lines <objects
    [ "$output" = $'x a=1\nx a=2' ]
    [ "${#stderr_lines[@]}" -eq 5 ]
    [[ ${stderr_lines[0]} == "vrrp-json: standard input:3: 1.5: a value that this key cannot have" ]]
    [[ ${stderr_lines[1]} == "vrrp-json: standard input:4: not JSON: "* ]]
    [[ ${stderr_lines[2]} == "vrrp-json: standard input:5: advert: not JSON: "* ]]
    [[ ${stderr_lines[3]} == "vrrp-json: standard input:6: event is missing" ]]
    [[ ${stderr_lines[4]} == "vrrp-json: standard input:7: {}}: an object or a list in a list"* ]]
}

@test "the longest line, and one that is longer, both ways" {
    {
        printf 'advert ip=' && head -c 16374 /dev/zero | tr '\0' , && printf '\n'
        printf 'x a=' && head -c 16380 /dev/zero | tr '\0' '"' && printf '\n'
    } >lines
    vrrp-json <lines >objects
    [ "$(wc -L <objects)" -gt 32768 ]
    vrrp-json --lines <objects | cmp - lines
    jq -c . <objects | vrrp-json --lines | cmp - lines
    run -1 --separate-stderr vrrp-json < <(printf 'x a=' && head -c 16381 /dev/zero | tr '\0' x)
    [[ ${stderr_lines[0]} == *":1: the line is longer than 16384 bytes" ]]
    run -1 --separate-stderr vrrp-json --lines < <(head -c 60000 /dev/zero | tr '\0' ' ' && printf '\n{"event":"x"}\n')
    [ "$output" = x ]
    [[ ${stderr_lines[0]} == *":1: the object is longer than 51200 bytes" ]]
    run -1 --separate-stderr vrrp-json --lines < <(printf '{"event":"x","a":"' && head -c 16381 /dev/zero | tr '\0' x && echo '"}')
    [[ ${stderr_lines[0]} == *":1: the line would be longer than 16384 bytes" ]]
}

@test "what is read is written at once" {
    mkfifo in
    timeout 20 vrrp-json <in >out &
    exec 7>in
    echo 'tick every=100ms' >&7
    local i
    for ((i = 0; i < 100; i++)); do
        [ ! -s out ] || break
        sleep 0.1
    done
    [ "$(cat out)" = '{"event":"tick","every":100}' ]
    exec 7>&-
    wait
}

@test "wrong usage: exit 2, and nothing is read" {
    local words
    for words in -x --json lines '--lines x' '--lines=3'; do
        # shellcheck disable=SC2086 # several words
        run -2 --separate-stderr vrrp-json $words <<<'tick every=100ms'
        [ -z "$output" ]
        [[ ${stderr_lines[0]} == "vrrp-json: "* ]]
    done
}

@test "a full disk is exit 3; a reader that goes away is the end" {
    local status=0
    vrrp-json <<<'tick every=100ms' >/dev/full 2>err || status=$?
    [ "$status" -eq 3 ]
    grep -q 'standard output: No space left on device' err
    yes 'tick every=100ms' | {
        set +e
        timeout 20 vrrp-json 2>err
        echo $? >status
    } | head -n 1 >out
    [ "$(cat out)" = '{"event":"tick","every":100}' ]
    [ "$(cat status)" -eq 0 ]
    [ ! -s err ]
}
