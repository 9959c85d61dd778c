#!/usr/bin/env bats
# cmd -> lib/net -> lib/core -> libc, and never upward: seen in what the objects ask of each other.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    objects=${BUILD:-$root/build}/obj
}

# What the compiler itself puts in: stack protector, sanitizers, the address of a table.
compilers='^(__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|sanitizer|odr_asan|msan|tsan)_.*)$'

# The libc that pure code may use: memory, text, sorting. (_chk: the same, fortified.)
pure='^(mem(cpy|move|set|cmp|chr|rchr|mem)|str(len|nlen|cmp|ncmp|chr|rchr|spn|cspn|pbrk|cpy|ncpy|cat|ncat)|bcmp'
pure+='|explicit_bzero|__explicit_bzero_chk|malloc|calloc|realloc|reallocarray|free|qsort|bsearch'
pure+='|__(mem(cpy|move|set)|str(cpy|ncpy|cat|ncat))_chk)$'

# Talking to people, or ending the program: that is for cmd/ only.
talk='^((v|f|vf|d|vd)?printf|(__)?(v|f|vf|d|vd)printf_chk|puts|fputs|putchar|perror|exit|_exit|abort|v?err|v?errx|v?warn|v?warnx'
talk+='|stderr|(v)?syslog|error)$'

# needed OBJECT...: the symbols that they ask for. defined OBJECT...: those that they offer.
needed() {
    nm -A --undefined-only "$@" | awk '{ sub(/:.*/, "", $1); print $NF, $1 }'
}

defined() {
    nm --defined-only --extern-only "$@" | awk 'NF == 3 { print $3 }' | sort -u
}

# Of "symbol object" lines, those whose symbol is neither in the file $1 nor matches one of the other arguments.
beyond() {
    local known=$1
    shift
    awk -v known="$known" 'BEGIN { while ((getline s < known) > 0) ok[s] = 1 } !($1 in ok)' |
        while read -r symbol object; do
            for pattern; do
                [[ $symbol =~ $pattern ]] && continue 2
            done
            echo "$object needs $symbol"
        done
}

@test "every file of lib/ and cmd/ is linked into something" {
    cd "$root"
    for source in lib/core/*.c lib/net/*.c cmd/*.c; do
        [ -e "$objects/${source%.c}.o" ] || { echo "$source: no program lists it" && false; }
    done
}

# The hashes of nettle, and its comparison: they compute, and do nothing else. For the files about authentication only.
hashes='^nettle_(hmac_(md5|sha256)_(set_key|update|digest)|memeql_sec)$'

@test "core needs core and a little of libc, authentication two hashes" {
    cd "$objects/lib/core"
    defined ./*.o >"$BATS_TEST_TMPDIR/core"
    needed ./*.o | awk -v hashes="$hashes" '!($1 ~ hashes && $2 ~ /^\.\/auth_mac\.o/)' |
        beyond "$BATS_TEST_TMPDIR/core" "$compilers" "$pure" >"$BATS_TEST_TMPDIR/wrong"
    cat "$BATS_TEST_TMPDIR/wrong"
    [ ! -s "$BATS_TEST_TMPDIR/wrong" ]
}

@test "core keeps no state of its own" {
    cd "$objects/lib/core"
    # data that can be written: .data and .bss, but not .data.rel.ro (tables of pointers, made read-only at start)
    objdump -t ./*.o | awk '
        /file format/ { file = $1 }
        / O (\.bss|\.data|\.data\.rel|\.data\.rel\.local|\*COM\*)[ \t]/ && $NF !~ /^__odr_asan/ { print file, $NF }
    ' >"$BATS_TEST_TMPDIR/wrong"
    cat "$BATS_TEST_TMPDIR/wrong"
    [ ! -s "$BATS_TEST_TMPDIR/wrong" ]
}

# <errno.h> is for the numbers; `errno` itself would show as a symbol.
@test "core includes nothing that does input, output or time" {
    cd "$root/lib/core"
    run grep -nE '^ *# *include' ./*.c ./*.h
    [ "$status" -eq 0 ]
    others=$(grep -vE '^\./auth_(mac\.c|internal\.h):.*<nettle/(hmac|memops)\.h>|include ("core/[a-z0-9_]+\.h"|<(errno|stdarg|stdbool|stddef|stdint|string|stdlib|limits)\.h>)' <<<"$output" || true)
    echo "$others"
    [ -z "$others" ]
}

@test "net needs nothing of cmd" {
    cd "$objects"
    defined cmd/*.o | sort -u >"$BATS_TEST_TMPDIR/cmd"
    needed lib/net/*.o | awk -v file="$BATS_TEST_TMPDIR/cmd" '
        BEGIN { while ((getline s < file) > 0) cmd[s] = 1 }
        $1 in cmd { print $2 " needs " $1 }
    ' >"$BATS_TEST_TMPDIR/wrong"
    cat "$BATS_TEST_TMPDIR/wrong"
    [ -s "$BATS_TEST_TMPDIR/cmd" ]
    [ ! -s "$BATS_TEST_TMPDIR/wrong" ]
    run grep -rnE 'include "cmd/' "$root/lib"
    [ "$status" -eq 1 ]
}

@test "only cmd talks to people or ends the program" {
    cd "$objects"
    needed lib/core/*.o lib/net/*.o >"$BATS_TEST_TMPDIR/needed"
    run awk '{ print $1, $2 }' "$BATS_TEST_TMPDIR/needed"
    [ -n "$output" ]
    wrong=$(while read -r symbol object; do
        if [[ $symbol =~ $talk ]]; then echo "$object needs $symbol"; fi
    done <"$BATS_TEST_TMPDIR/needed")
    echo "$wrong"
    [ -z "$wrong" ]
}

@test "the decoder of hostile bytes does not allocate" {
    cd "$objects/lib/core"
    for unit in packet frame checksum address line_parse value bytes json_scan json_read; do
        run nm --undefined-only "$unit.o"
        [ "$status" -eq 0 ]
        [[ ! $output =~ [[:space:]](malloc|calloc|realloc|free)($|[[:space:]]) ]]
    done
}
