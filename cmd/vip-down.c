/* vip-down: takes virtual addresses off an interface, those that vip-up or vip-follow put there and no others. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/vip.h"

const struct program program = {
    .name = "vip-down",
    .usage = "[-Fn] IF ADDR[/LEN]...",
    .help = "Takes addresses off the interface that vip-up or vip-follow put there; never any other.\n"
            "  -F       also those that the kernel would remove others with\n"
            "  -n       only say what would be done\n"
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
        cli_say("%s: %s was not put there by vip-up: left alone", r->ifname, text);
        foreign++;
    }
    return foreign;
}

static void show(const struct vip_request *r)
{
    for (size_t n = 0; n < r->ours_count; n++) {
        char text[PREFIX_TEXT];
        prefix_format(text, &r->ours[n].prefix);
        printf("remove %s from %s\n", text, r->ifname);
    }
}

static int take_down(struct vip_request *r, bool force)
{
    struct address_change *changes = calloc(r->ours_count + 1, sizeof *changes);
    if (changes == NULL)
        cli_die(EXIT_SYSTEM, "out of memory");
    for (size_t n = 0; n < r->ours_count; n++) {
        changes[n] = (struct address_change){.kind = CHANGE_REMOVE, .ifindex = r->ifindex, .prefix = r->ours[n].prefix};
    }
    int status = vip_apply(r, changes, r->ours_count, "remove", force);
    free(changes);
    return status;
}

int main(int argc, char **argv)
{
    static struct vip_request r;
    bool touch = true, force = false;
    int status = EXIT_DONE;
    for (int option; (option = cli_option(argc, argv, "Fn")) != -1;) {
        if (option == 'F')
            force = true;
        else
            touch = false;
    }
    vip_open(&r, argv + optind, (size_t)(argc - optind));
    if (touch) {
        cli_confine(CONFINE_HOLDER);
        if (r.ours_count > 0)
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
