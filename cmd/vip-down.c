/* vip-down: takes virtual addresses off an interface, those that vip-up or vip-follow put there and no others. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/vip.h"

const struct program program = {
    .name = "vip-down",
    .usage = "[-Fn] [--vmac VRID] IF ADDR[/LEN]...",
    .help = "Takes addresses off the interface that vip-up or vip-follow put there; never any other.\n"
            "  -F       also those that the kernel would remove others with\n"
            "  -n       only say what would be done\n"
            "  --vmac VRID\n"
            "           they are on the macvlan on IF of this virtual router, which goes with the last one\n"
            "  -h, -V   help, version\n",
};

/* Returns how many of the list are there and not ours. */
static size_t say_foreign(const struct vip_request *r)
{
    size_t foreign = 0;
    for (size_t n = 0; n < r->count; n++) {
        char text[IP_TEXT];
        if (!r->seen[n].foreign)
            continue;
        ip_format(text, &r->list[n].ip);
        cli_say("%s: %s was not put there by vip-up: left alone", r->devname, text);
        foreign++;
    }
    return foreign;
}

static void show(const struct vip_request *r)
{
    for (size_t n = 0; n < r->ours_count; n++) {
        char text[PREFIX_TEXT];
        prefix_format(text, &r->ours[n].prefix);
        printf("remove %s from %s\n", text, r->devname);
    }
    if (r->made && vip_is_empty(r, r->ours_count))
        printf("remove %s from %s\n", r->devname, r->ifname);
}

static int take_down(struct vip_request *r, bool force)
{
    struct address_change *changes = calloc(r->ours_count + 1, sizeof *changes);
    if (changes == NULL)
        cli_die(EXIT_SYSTEM, "out of memory");
    for (size_t n = 0; n < r->ours_count; n++) {
        changes[n] = (struct address_change){.kind = CHANGE_REMOVE, .ifindex = r->device, .prefix = r->ours[n].prefix};
    }
    int status = vip_apply(r, changes, r->ours_count, "remove", force);
    free(changes);
    if (r->made && vip_is_empty(r, 0) && !macvlan_remove(r->macvlans, &r->device, 1)) {
        cli_say("%s: cannot remove %s: %s", r->ifname, r->devname, strerror(errno));
        status = EXIT_SYSTEM;
    }
    return status;
}

int main(int argc, char **argv)
{
    static struct vip_request r;
    bool touch = true, force = false;
    int status = EXIT_DONE;
    uint8_t vrid = 0;
    static const struct cli_word words[] = {{"vmac", true}, {NULL, false}};
    for (int option; (option = cli_option_or_word(argc, argv, "Fn", words)) != -1;) {
        if (option == 'F')
            force = true;
        else if (option == CLI_WORD)
            vrid = vip_vrid(optarg);
        else
            touch = false;
    }
    vip_open(&r, vrid, argv + optind, (size_t)(argc - optind));
    if (touch) {
        cli_confine(CONFINE_HOLDER);
        if (r.ours_count > 0 || r.made)
            vip_need_permission(&r);
        status = take_down(&r, force);
    } else {
        show(&r);
    }
    if (say_foreign(&r) > 0 && status == EXIT_DONE)
        status = EXIT_NO;
    vip_close(&r);
    return cli_finish(status);
}
