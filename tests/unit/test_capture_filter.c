/* The kernel filter against the decoder: what becomes a line passes the filter, and of the rest what is common does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pcap/pcap.h>

#include "core/report.h"
#include "net/capture.h"
#include "tests/tools/vectors.h"

enum { FRAMES = 512, BYTES = 400 };

static struct {
    char name[64];
    enum link_layer link;
    size_t length;
    uint8_t bytes[BYTES];
} frames[FRAMES];
static size_t frame_count;
static struct vips *vips;

static uint8_t *add(const char *name, const char *variant, enum link_layer link, const uint8_t *bytes, size_t length)
{
    assert_true(frame_count < FRAMES && length <= BYTES);
    snprintf(frames[frame_count].name, sizeof frames[0].name, "%s %s", name, variant);
    frames[frame_count].link = link;
    frames[frame_count].length = length;
    if (bytes != NULL)
        memcpy(frames[frame_count].bytes, bytes, length);
    return frames[frame_count++].bytes;
}

/* count bytes `what` put in at `where`. */
static uint8_t *insert(const char *name, const char *variant, const struct vector *v, size_t where, const void *what,
                       size_t count)
{
    uint8_t *out = add(name, variant, LINK_ETHERNET, NULL, v->frame_length + count);

    memcpy(out, v->frame, where);
    memcpy(out + where, what, count);
    memcpy(out + where + count, v->frame + where, v->frame_length - where);
    return out;
}

/* Every place in which a message can stand. The sums are wrong in some: a `bad` line is one that must come, too. */
static void add_variants(const struct vector *v)
{
    static const uint8_t tag[4] = {0x81, 0x00, 0x00, 0x64}, options[4] = {1, 1, 1, 1};
    static const uint8_t ah[24] = {112, 4}, hop[8] = {112, 0, 5, 2, 0, 0, 1, 0}, fragment[8] = {112, 0, 0, 1};
    static const uint8_t sll[16] = {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0};
    bool six = v->frame[12] == 0x86;
    size_t header = six ? 54 : 34;
    uint8_t *out;

    add(v->id, "", LINK_ETHERNET, v->frame, v->frame_length);
    insert(v->id, "VLAN", v, 12, tag, sizeof tag);
    out = insert(v->id, "AH", v, header, ah, sizeof ah);
    out[six ? 20 : 23] = 51;
    out[six ? 19 : 17] = (uint8_t)(out[six ? 19 : 17] + sizeof ah);
    if (six) {
        out = insert(v->id, "hop-by-hop", v, header, hop, sizeof hop);
        out[20] = 0;
        out[19] = (uint8_t)(out[19] + sizeof hop);
        out = insert(v->id, "fragment", v, header, fragment, sizeof fragment);
        out[20] = 44;
        out[19] = (uint8_t)(out[19] + sizeof fragment);
    } else {
        out = insert(v->id, "IP options", v, header, options, sizeof options);
        out[14] = 0x46;
        out[17] = (uint8_t)(out[17] + sizeof options);
        out = add(v->id, "fragment", LINK_ETHERNET, v->frame, v->frame_length);
        out[20] = 0x20;
        out = add(v->id, "other protocol to the group", LINK_ETHERNET, v->frame, v->frame_length);
        out[23] = 17;
    }
    out = add(v->id, "raw", LINK_RAW, v->frame + 14, v->frame_length - 14);
    out = add(v->id, "cooked", LINK_SLL, NULL, v->frame_length + 2);
    memcpy(out, sll, sizeof sll);
    memcpy(out + 14, v->frame + 12, v->frame_length - 12);
}

/* ARP, neighbour advertisements, HSRP, GLBP: as they are and with a tag. */
static void add_segment(void)
{
    static char line[4 * BYTES];
    static const uint8_t tag[4] = {0x81, 0x00, 0x00, 0x64};
    FILE *file = fopen("tests/pcap/segment.hex", "r");

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        struct vector v = {.id = "segment"};
        const char *hex = hex_of_line(line);

        if (hex == NULL)
            continue;
        v.frame_length = hex_bytes(v.frame, sizeof v.frame, hex);
        add(v.id, "", LINK_ETHERNET, v.frame, v.frame_length);
        insert(v.id, "VLAN", &v, 12, tag, sizeof tag);
    }
    fclose(file);
}

static int read_frames(void **state)
{
    static const struct siphash_key key = {{1, 2}};
    (void)state;
    vips = vips_new(&key);
    assert_non_null(vips);
    static struct vector v;
    FILE *file = fopen(VECTORS_PATH, "r");

    if (file == NULL)
        return -1;
    while (vector_read(file, &v))
        add_variants(&v);
    fclose(file);
    add_segment();
    return frame_count > 100 ? 0 : -1;
}

static bool passes(const struct capture_filter *filter, enum link_layer link, const uint8_t *bytes, size_t length)
{
    static const int dlts[] = {
        [LINK_ETHERNET] = DLT_EN10MB, [LINK_SLL] = DLT_LINUX_SLL, [LINK_SLL2] = DLT_LINUX_SLL2, [LINK_RAW] = DLT_RAW};
    const struct pcap_pkthdr header = {.caplen = (bpf_u_int32)length, .len = (bpf_u_int32)length};
    char text[CAPTURE_FILTER_TEXT];
    struct bpf_program program;
    pcap_t *p = pcap_open_dead(dlts[link], 65535);

    assert_true(capture_filter_text(text, sizeof text, filter, link == LINK_ETHERNET) > 0);
    if (pcap_compile(p, &program, text, 1, PCAP_NETMASK_UNKNOWN) < 0)
        fail_msg("%s: %s", text, pcap_geterr(p));
    assert_true(program.bf_len <= 4096); /* BPF_MAXINSNS of the kernel */
    bool passed = pcap_offline_filter(&program, &header, bytes) != 0;

    pcap_freecode(&program);
    pcap_close(p);
    return passed;
}

static const char *const filters[][2] = {
    {NULL},
    {"vrid=10"},
    {"vrid=11"},
    {"vrid=1..200"},
    {"af=4"},
    {"af=6"},
    {"vrid=1,3,5,7,9,10,12,14,16,18,20,22,24,26,28,30,32,34,36"},
    {"vrid=10", "af=6"},
    {"vrid!=10"},
    {"vrid=9..11"},
    {"event=announce"},
    {"event=announce", "vrid=10"},
    {"event!=announce"},
    {"event!=announce", "vrid=10"},
    {"event=other", "af=4"},
    {"event=other", "af=6"},
    {"event=announce", "af=6"},
    {"event=announce", "af=4"},
};

static void test_what_becomes_a_line_passes(void **state)
{
    (void)state;
    size_t told = 0, dropped = 0;

    for (size_t i = 0; i < nitems(filters); i++) {
        static struct filter f;
        const char *reason;

        filter_init(&f);
        for (size_t j = 0; j < 2 && filters[i][j] != NULL; j++)
            assert_true(filter_add(&f, filters[i][j], &reason));
        const struct capture_filter kernel = {f.af, f.vrids, f.any_vrid ? 0 : f.vrid_count, f.announcements, f.others};
        const struct reporter reporter = {.filter = &f, .vips = vips};

        for (size_t j = 0; j < frame_count; j++) {
            static char line[LINE_BYTES + 1];
            struct writer w = {.buffer = line, .size = sizeof line};
            const struct sighting s = {.link = frames[j].link, .bytes = frames[j].bytes, .length = frames[j].length};
            struct frame decoded;
            bool passed = passes(&kernel, s.link, s.bytes, s.length);
            bool tells = report_frame(&reporter, &w, &s, &decoded) != FRAME_FOREIGN;

            told += tells;
            dropped += !passed;
            if (tells && !passed)
                fail_msg("%s, filter %s: the kernel would drop %.*s", frames[j].name, filters[i][0], (int)w.length,
                         line);
        }
    }
    assert_true(told > 500);
    assert_true(dropped > 500);
}

static const struct {
    const char *name, *hex;
} foreign[] = {
    {"UDP", "02000000000102000000000208004500001c000000004011f6d1c0000201c000020200350035000800000000000000000000"},
    {"ARP who has 224.0.0.18", "ffffffffffff0200000000020806000108000604000102000000000200000000000000000000e0000012"},
    {"IGMPv2 report for the group", "01005e000012020000000009080046c0002000010000010281fcc0000208e000001294040000"
                                    "160009ede0000012"},
    {"TCP over IPv6", "02000000000102000000000286dd600000000014064020010db8000000000000000000000001"
                      "20010db80000000000000000000000020016001600000000000000005002000000000000"},
    {"ESP", "020000000001020000000002080045000028000000004032f6a4c0000201c00002020000000100000001"
            "0000000000000000000000000000"},
    {"an AH that carries TCP",
     "020000000001020000000002080045000044000000004033f687c0000201c0000202060400000000000100000001"
     "000000000000000000000000000000000000000000000000"},
    {"VLAN with UDP", "0200000000010200000000028100006408004500001c000000004011f6d1c0000201c0000202003500350008000000"},
};

static void test_other_traffic_is_dropped(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(foreign); i++) {
        uint8_t bytes[BYTES];
        size_t length = hex_bytes(bytes, sizeof bytes, foreign[i].hex);

        assert_true(length != SIZE_MAX);
        if (passes(NULL, LINK_ETHERNET, bytes, length))
            fail_msg("%s passes", foreign[i].name);
    }
}

/* Of ARP and ICMPv6, only what may announce something; and nothing of it where it is not asked for. */
static void test_announcements_and_others_cost_nothing(void **state)
{
    static const struct {
        const char *name, *hex;
    } rows[] = {
        {"a request", "ffffffffffff0200000000020806000108000604000102000000000200000000000000000000c0000201"},
        {"a neighbour solicitation", "333300000001020000000002"
                                     "86dd60000000"
                                     "00203aff"
                                     "fe800000000000000000000000000001"
                                     "ff0200000000000000000000000000018700495ca0000000"
                                     "20010db80000000000000000000000fe"
                                     "020100005e00020a"},
        {"multicast DNS", "01005e0000fb02000000000208004500001c00000000ff11000000000000e00000fb14e914e900080000"},
    };
    const struct capture_filter none = {.af = 0}, all = {.announcements = true, .others = true};
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        uint8_t bytes[BYTES];
        size_t length = hex_bytes(bytes, sizeof bytes, rows[i].hex);

        assert_true(length != SIZE_MAX);
        if (passes(&all, LINK_ETHERNET, bytes, length))
            fail_msg("%s passes", rows[i].name);
    }
    for (size_t i = 0; i < frame_count; i++)
        if (strncmp(frames[i].name, "segment", 7) == 0 &&
            passes(&none, LINK_ETHERNET, frames[i].bytes, frames[i].length))
            fail_msg("frame %zu passes", i);
}

/* An advertisement of another VRID costs no wake-up. */
static void test_other_vrids_are_dropped(void **state)
{
    (void)state;
    const uint8_t vrid = 11;
    struct capture_filter f = {.vrids = &vrid, .vrid_count = 1};

    for (size_t i = 0; i < frame_count; i++)
        if (strchr(frames[i].name, ' ')[1] == '\0' && passes(&f, LINK_ETHERNET, frames[i].bytes, frames[i].length))
            fail_msg("%s passes", frames[i].name);
    /* whose an address is, the kernel cannot know */
    f.announcements = true;
    for (size_t i = 0; i < frame_count; i++)
        if (strchr(frames[i].name, ' ')[1] == '\0' && strncmp(frames[i].name, "segment", 7) != 0 &&
            passes(&f, LINK_ETHERNET, frames[i].bytes, frames[i].length))
            fail_msg("%s passes", frames[i].name);
}

static void test_too_small(void **state)
{
    (void)state;
    char text[64];

    assert_int_equal(capture_filter_text(text, sizeof text, NULL, true), 0);
}

static int forget(void **state)
{
    (void)state;
    vips_free(vips);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_becomes_a_line_passes),
        cmocka_unit_test(test_other_traffic_is_dropped),
        cmocka_unit_test(test_announcements_and_others_cost_nothing),
        cmocka_unit_test(test_other_vrids_are_dropped),
        cmocka_unit_test(test_too_small),
    };
    return cmocka_run_group_tests(tests, read_frames, forget);
}
