#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_arp.h>
#include <net/if.h>

#include "net/fence_private.h"

/* How nft numbers the types of keys that it shows, and keys of two parts. */
enum { NFT_IPV4 = 7, NFT_IPV6 = 8, NFT_ETHER = 9, NFT_IFNAME = 41, NFT_TYPE_BITS = 6 };
enum { MAC_ROOM = 8 };

static bool takes_4(const struct fence_item *item)
{
    return item->kind == FENCE_AROUND && item->ip.family == 4;
}

static bool takes_6(const struct fence_item *item)
{
    return item->kind == FENCE_AROUND && item->ip.family == 6 && !fence_is_local(&item->ip);
}

static bool takes_link(const struct fence_item *item)
{
    return item->kind == FENCE_AROUND && item->ip.family == 6 && fence_is_local(&item->ip);
}

static bool takes_mac(const struct fence_item *item)
{
    return item->ip.family == 0;
}

static bool takes_input_4(const struct fence_item *item)
{
    return item->kind == FENCE_INPUT && item->ip.family == 4;
}

static bool takes_input_6(const struct fence_item *item)
{
    return item->kind == FENCE_INPUT && item->ip.family == 6 && !fence_is_local(&item->ip);
}

static bool takes_input_link(const struct fence_item *item)
{
    return item->kind == FENCE_INPUT && item->ip.family == 6 && fence_is_local(&item->ip);
}

const struct fence_sets fence_sets[SETS] = {
    [SETS_ARP4] = {NFPROTO_ARP, "fenced4", "live4", NFT_IPV4, IP4_BYTES, takes_4},
    [SETS_INET4] = {NFPROTO_INET, "fenced4", "live4", NFT_IPV4, IP4_BYTES, takes_4},
    [SETS_INET6] = {NFPROTO_INET, "fenced6", "live6", NFT_IPV6, IP6_BYTES, takes_6},
    [SETS_LINK] = {NFPROTO_INET, "fenced-link", "live-link", NFT_IFNAME << NFT_TYPE_BITS | NFT_IPV6,
                   IFNAMSIZ + IP6_BYTES, takes_link},
    [SETS_MAC] = {NFPROTO_NETDEV, "fenced-mac", "live-mac", NFT_IFNAME << NFT_TYPE_BITS | NFT_ETHER,
                  IFNAMSIZ + MAC_ROOM, takes_mac},
    [SETS_INPUT4] = {NFPROTO_INET, "unaccepted4", NULL, NFT_IPV4, IP4_BYTES, takes_input_4},
    [SETS_INPUT6] = {NFPROTO_INET, "unaccepted6", NULL, NFT_IPV6, IP6_BYTES, takes_input_6},
    [SETS_INPUT_LINK] = {NFPROTO_INET, "unaccepted-link", NULL, NFT_IFNAME << NFT_TYPE_BITS | NFT_IPV6,
                         IFNAMSIZ + IP6_BYTES, takes_input_link},
};

enum {
    PRIORITY = -300,       /* before connection tracking and address translation */
    FRAME_PRIORITY = -500, /* before a flow table passes them on */
};

struct chain {
    uint16_t family;
    const char *name;
    uint32_t hook;
};
static const struct chain chains[] = {
    {NFPROTO_INET, FENCE_ACCEPT_CHAIN, NF_INET_LOCAL_IN},
    {NFPROTO_INET, "input", NF_INET_LOCAL_IN},
    {NFPROTO_INET, "output", NF_INET_LOCAL_OUT},
    {NFPROTO_INET, "prerouting", NF_INET_PRE_ROUTING},
    {NFPROTO_ARP, "output", NF_ARP_OUT},
};

/* --- tables, sets, chains --------------------------------------------------------------------------------------------- */

static bool put_table(struct fence *f, uint16_t type, uint16_t family, uint16_t flags)
{
    static const char comment[] = "made by vip-follow; see vip-follow(8)";
    struct nftnl_table *t = nftnl_table_alloc();
    struct nftnl_udata_buf *notes = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);
    bool complete = t != NULL && notes != NULL;
    if (complete) {
        nftnl_table_set_str(t, NFTNL_TABLE_NAME, FENCE_TABLE);
        if (type == NFT_MSG_NEWTABLE && nftnl_udata_put_strz(notes, NFTNL_UDATA_TABLE_COMMENT, comment))
            nftnl_table_set_data(t, NFTNL_TABLE_USERDATA, nftnl_udata_buf_data(notes), nftnl_udata_buf_len(notes));
        nftnl_table_nlmsg_build_payload(batch_message(f, type, family, flags), t);
    }
    if (t != NULL)
        nftnl_table_free(t);
    if (notes != NULL)
        nftnl_udata_buf_free(notes);
    return complete;
}

struct nftnl_set *fence_set(const struct fence_sets *s, const char *name)
{
    struct nftnl_set *set = nftnl_set_alloc();
    if (set == NULL)
        return NULL;
    nftnl_set_set_str(set, NFTNL_SET_TABLE, FENCE_TABLE);
    nftnl_set_set_str(set, NFTNL_SET_NAME, name);
    nftnl_set_set_u32(set, NFTNL_SET_FAMILY, s->family);
    return set;
}

static bool put_set(struct fence *f, const struct fence_sets *s, const char *name, uint32_t flags)
{
    struct nftnl_set *set = fence_set(s, name);
    if (set == NULL)
        return false;
    nftnl_set_set_u32(set, NFTNL_SET_ID, f->seq); /* any, of its own */
    nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, s->type);
    nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, s->size);
    nftnl_set_set_u32(set, NFTNL_SET_FLAGS, flags);
    nftnl_set_nlmsg_build_payload(batch_message(f, NFT_MSG_NEWSET, s->family, NLM_F_CREATE), set);
    nftnl_set_free(set);
    return true;
}

/* Only if it is empty. */
static bool put_no_set(struct fence *f, const struct fence_sets *s)
{
    struct nftnl_set *set = fence_set(s, s->fenced);
    if (set == NULL)
        return false;
    nftnl_set_nlmsg_build_payload(batch_message(f, NFT_MSG_DELSET, s->family, NLM_F_NONREC), set);
    nftnl_set_free(set);
    return true;
}

/* device NULL: of no interface in particular. */
static bool put_chain(struct fence *f, const struct chain *c, const char *device, uint16_t flags)
{
    struct nftnl_chain *chain = nftnl_chain_alloc();
    if (chain == NULL)
        return false;
    nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, FENCE_TABLE);
    nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, c->name);
    nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter");
    nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, c->hook);
    nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, device != NULL ? FRAME_PRIORITY : PRIORITY);
    nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, NF_ACCEPT);
    if (device != NULL)
        nftnl_chain_set_str(chain, NFTNL_CHAIN_DEV, device);
    nftnl_chain_nlmsg_build_payload(batch_message(f, NFT_MSG_NEWCHAIN, c->family, NLM_F_CREATE | flags), chain);
    nftnl_chain_free(chain);
    return true;
}

static bool put_no_chain(struct fence *f, const struct chain *c)
{
    struct nftnl_chain *chain = nftnl_chain_alloc();
    if (chain == NULL)
        return false;
    nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, FENCE_TABLE);
    nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, c->name);
    nftnl_chain_nlmsg_build_payload(batch_message(f, NFT_MSG_DELCHAIN, c->family, 0), chain);
    nftnl_chain_free(chain);
    return true;
}

/* --- all together ------------------------------------------------------------------------------------------------------ */

static bool done(struct fence *f, bool complete)
{
    if (complete)
        return batch_commit(f);
    errno = ENOMEM;
    return false;
}

bool fence_make(struct fence *f, uint16_t family)
{
    batch_begin(f);
    bool complete = put_table(f, NFT_MSG_NEWTABLE, family, NLM_F_CREATE | NLM_F_EXCL);
    for (size_t n = 0; n < nitems(fence_sets) && complete; n++) {
        const struct fence_sets *s = &fence_sets[n];
        if (s->family == family)
            complete = put_set(f, s, s->fenced, 0) && (s->live == NULL || put_set(f, s, s->live, NFT_SET_TIMEOUT));
    }
    for (size_t n = 0; n < nitems(chains) && complete; n++) {
        if (chains[n].family == family)
            complete = put_chain(f, &chains[n], NULL, 0);
    }
    return done(f, complete && fence_put_rules(f, family)) || errno == EEXIST; /* it was all made at once, then */
}

bool fence_unmake(struct fence *f, uint16_t family)
{
    batch_begin(f);
    bool complete = fence_put_no_rules(f, family);
    for (size_t n = 0; n < nitems(fence_sets) && complete; n++) {
        if (fence_sets[n].family == family)
            complete = put_no_set(f, &fence_sets[n]);
    }
    return done(f, complete && put_table(f, NFT_MSG_DELTABLE, family, 0));
}

bool fence_watch_frames(struct fence *f, const char *ifname)
{
    const struct chain c = {NFPROTO_NETDEV, ifname, NF_NETDEV_INGRESS};
    batch_begin(f);
    if (done(f, put_chain(f, &c, ifname, NLM_F_EXCL) && fence_put_frame_rule(f, ifname)))
        return true;
    if (errno != EEXIST)
        return false;
    /* It may be of an interface that is gone, or has another name now. */
    batch_begin(f);
    return done(f, put_no_chain(f, &c) && put_chain(f, &c, ifname, 0) && fence_put_frame_rule(f, ifname));
}
